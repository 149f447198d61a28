/** `with { type: "file" }` gives a path that can be read at run time, inside the compiled binary too; `with { type: "text" }` the text. */
declare module "*.wasm" {
  const path: string;
  export default path;
}
declare module "*.scm" {
  const text: string;
  export default text;
}
