/**
 * A real Chromium without a window, driven over its DevTools protocol. It ends with the test file that started it. What it has
 * complained of and what it has asked for are kept, page by page.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where there is a Chromium; null: none, and tests that need one skip. */
export const CHROMIUM = ["chromium", "chromium-browser", "google-chrome", "chrome"]
  .map((name) => Bun.which(name))
  .find((path) => path !== null);

/** Nothing takes longer on a busy machine. */
const MOST_MS = 30_000;
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  "--remote-debugging-port=0",
];

export interface PageOptions {
  width?: number;
  height?: number;
  dark?: boolean;
}

export interface BrowserPage {
  /** Exceptions, errors on the console and refusals by the page's policy, as they came. */
  complaints: string[];
  /** Every address that was asked for. */
  requests: string[];
  /** The value of an expression in the page; promises are waited for. Throws what it throws. */
  value<T>(expression: string): Promise<T>;
  /** Waits until an expression is true; throws with the expression where that does not come about. */
  until(expression: string): Promise<void>;
  /** Presses one key by its name (`Enter`, `ArrowDown`, `/`). */
  press(key: string): Promise<void>;
  /** Types a text into what has the focus. */
  type(text: string): Promise<void>;
  click(x: number, y: number): Promise<void>;
  wheel(x: number, y: number, delta: number): Promise<void>;
  go(address: string): Promise<void>;
  /** A picture of the view, as PNG. */
  picture(): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface Browser {
  open(address: string, options?: PageOptions): Promise<BrowserPage>;
  close(): Promise<void>;
}

type Json = Record<string, unknown>;
interface Message {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: Json;
  result?: Json;
  error?: { message: string };
}

/** One connection to the browser; commands go to the browser itself or to the page of a session. */
class Wire {
  private next = 1;
  private readonly waiting = new Map<number, (message: Message) => void>();
  readonly listeners = new Map<string, (message: Message) => void>();

  constructor(private readonly socket: WebSocket) {
    socket.addEventListener("message", ({ data }) => {
      const message: Message = JSON.parse(String(data));
      if (message.id === undefined) this.listeners.get(message.sessionId ?? "")?.(message);
      else this.waiting.get(message.id)?.(message);
    });
  }

  async send(method: string, params: Json = {}, sessionId?: string): Promise<Json> {
    const id = this.next++;
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.waiting.set(id, resolve);
    this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    const answer = await Promise.race([promise, Bun.sleep(MOST_MS).then(() => null)]);
    this.waiting.delete(id);
    if (answer === null) throw new Error(`${method} had no answer.`);
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result ?? {};
  }
}

async function endpointOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const part of stream) {
    text += new TextDecoder().decode(part);
    const found = text.match(/DevTools listening on (ws:\S+)/)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`Chromium did not start:\n${text}`);
}

export async function startBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined || CHROMIUM === null) throw new Error("There is no Chromium on this machine.");
  const home = mkdtempSync(join(tmpdir(), "smallcode-browser-"));
  const child = Bun.spawn([CHROMIUM, ...FLAGS, `--user-data-dir=${home}`, "about:blank"], {
    env: { PATH: process.env.PATH, HOME: home },
    stdout: "ignore",
    stderr: "pipe",
  });
  const socket = new WebSocket(await endpointOf(child.stderr));
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  const wire = new Wire(socket);
  return {
    open: (address, options) => openPage(wire, address, options),
    async close() {
      child.kill("SIGKILL");
      await child.exited;
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

const KEYS: Record<string, number> = {
  Enter: 13,
  Escape: 27,
  Backspace: 8,
  Tab: 9,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
};

async function openPage(wire: Wire, address: string, options: PageOptions = {}): Promise<BrowserPage> {
  const { width = 1280, height = 800, dark = false } = options;
  const { targetId } = await wire.send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await wire.send("Target.attachToTarget", { targetId, flatten: true });
  const session = String(sessionId);
  const send = (method: string, params: Json = {}): Promise<Json> => wire.send(method, params, session);
  const [complaints, requests]: [string[], string[]] = [[], []];
  wire.listeners.set(session, ({ method, params = {} }) => {
    if (method === "Runtime.exceptionThrown") complaints.push(JSON.stringify(params.exceptionDetails));
    if (method === "Runtime.consoleAPICalled" && params.type === "error")
      complaints.push(JSON.stringify(params.args));
    if (method === "Log.entryAdded") complaints.push(JSON.stringify(params.entry));
    if (method === "Network.requestWillBeSent") requests.push(String((params.request as Json).url));
  });
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);
  await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
  const features = [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }];
  await send("Emulation.setEmulatedMedia", { features });

  const page: BrowserPage = {
    complaints,
    requests,
    async value<T>(expression: string): Promise<T> {
      const { result, exceptionDetails } = await send("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
      return (result as { value: T }).value;
    },
    async until(expression) {
      for (const end = performance.now() + MOST_MS; performance.now() < end; await Bun.sleep(20))
        if (await page.value<boolean>(expression)) return;
      throw new Error(`It did not come about that ${expression}`);
    },
    async press(key) {
      const windowsVirtualKeyCode = KEYS[key] ?? key.toUpperCase().charCodeAt(0);
      const text = key.length === 1 ? key : key === "Enter" ? "\r" : undefined;
      await send("Input.dispatchKeyEvent", { type: "keyDown", key, windowsVirtualKeyCode, text });
      await send("Input.dispatchKeyEvent", { type: "keyUp", key, windowsVirtualKeyCode });
    },
    type: async (text) => void (await send("Input.insertText", { text })),
    async click(x, y) {
      const at = { x, y, button: "left", clickCount: 1 };
      for (const type of ["mouseMoved", "mousePressed", "mouseReleased"])
        await send("Input.dispatchMouseEvent", { type, ...at });
    },
    wheel: async (x, y, delta) =>
      void (await send("Input.dispatchMouseEvent", { type: "mouseWheel", x, y, deltaX: 0, deltaY: delta })),
    async go(to) {
      await send("Page.navigate", { url: to });
      await page.until("document.readyState === 'complete'");
    },
    async picture() {
      const { data } = await send("Page.captureScreenshot", { format: "png" });
      return Buffer.from(String(data), "base64");
    },
    close: async () => void (await wire.send("Target.closeTarget", { targetId })),
  };
  await page.go(address);
  return page;
}
