/** Laying the sources of settings over each other, and remembering which one won. */

/** Where each setting comes from, by its dotted name: a flag, a variable, a file's path or "default". */
export type Sources = Record<string, string>;

/** One place that may set something: its name and its value, nothing where it does not. */
export type Layer<T> = [source: string, value: T | null | undefined];

/** Takes the first layer that says something and remembers it as the source of `name`. */
export function picker(sources: Sources) {
  return <T, F>(name: string, layers: Layer<T>[], fallback: F): T | F => {
    const found = layers.find(([, value]) => value !== null && value !== undefined);
    sources[name] = found ? found[0] : "default";
    return found?.[1] ?? fallback;
  };
}
export type Pick = ReturnType<typeof picker>;

/** A mistake in a setting that is not one of a file's form; the message is for the user. */
export class SettingError extends Error {}
