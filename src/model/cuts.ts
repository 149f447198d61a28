/**
 * Finds out whether a server read all that it was sent. Some cut what is over their window, or leave out the tools, without
 * a word; the tokens that they say they have read give them away. Nothing is said on weak grounds: a count that is missing,
 * absurd, or covers only what was not cached proves nothing.
 */
import type { Calibration } from "./calibration.ts";
import { leastTokens } from "./estimate.ts";

/** No server has a smaller window; a shorter prompt is not cut. */
const SMALLEST_WINDOW = 2048;
/** Fewer tokens than this are never left by a cut, but are what servers say that do not count. */
const LEAST_LEFT = 200;
/** Windows that servers are started with. */
const ROUND_WINDOWS = [2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072, 262_144];
/** A count that lies at the end of a window is a cut where the prompt is likely to be longer than that by this factor. */
const CLEARLY_LONGER = 1.25;
/** A template may write tools more tersely than JSON does. */
const TOOLS_TERSE = 0.8;
const FEWEST_TOOL_TOKENS = 16;

export interface Sent {
  /** The texts of all messages, or of the completion's prompt. */
  prompt: string;
  /** The tools as JSON, "" where there are none. */
  tools: string;
  /** What a server that leaves out messages always keeps: the first and the last one. */
  kept: string;
}

const whole = ({ tools, prompt }: Sent): string => (tools === "" ? prompt : `${tools}\n${prompt}`);

export class PromptWatch {
  /** Whether this server has shown that tools reach the model. */
  toolsArrive = false;

  constructor(
    private readonly calibration: Calibration,
    /** The window that the server is said to have; null where it is not known. */
    private readonly window: number | null,
  ) {}

  /** About how many tokens the prompt really is, where the server has read clearly fewer; null where it may have read all. */
  cut(sent: Sent, reported: number): number | null {
    const prompt = whole(sent);
    if (this.calibration.upper(prompt) <= SMALLEST_WINDOW) return null;
    const likely = this.calibration.estimate(prompt);
    const windows = this.window === null ? ROUND_WINDOWS : [...ROUND_WINDOWS, this.window];
    const atEnd = windows.some((window) => reported <= window && reported >= window - 2);
    if (atEnd && likely > reported * CLEARLY_LONGER) return likely;
    if (reported >= this.calibration.least(prompt)) return null;
    if (reported < LEAST_LEFT || reported < Math.min(1000, leastTokens(sent.kept))) return null;
    const news = this.calibration.news(prompt);
    const onlyNews = news !== null && reported <= this.calibration.upper(news);
    return onlyNews ? null : likely;
  }

  /** Whether it is still open that tools reach the model. */
  doubtsTools(sent: Sent): boolean {
    return sent.tools !== "" && !this.toolsArrive;
  }

  /** Whether the server has left out the tools. `exact`: the tokens of the messages' texts, where its tokenizer was asked. */
  toolsDropped(sent: Sent, reported: number, exact: number | null): boolean {
    if (!this.doubtsTools(sent)) return false;
    const { prompt } = sent;
    const own = Math.floor(leastTokens(sent.tools) * TOOLS_TERSE);
    if (reported > this.calibration.upper(prompt) + own) this.toolsArrive = true;
    if (own < FEWEST_TOOL_TOKENS || reported < leastTokens(prompt)) return false;
    const dropped = reported < (exact ?? this.calibration.lower(prompt)) + own;
    if (!dropped && exact !== null) this.toolsArrive = true;
    return dropped;
  }

  /**
   * Learns from a count that nothing speaks against: of a prompt whose tokens are all known. Tools may not have reached it,
   * and a schema (`bound`) may have been written into it by the server.
   */
  learn(sent: Sent, reported: number, bound: boolean): void {
    if (bound || this.doubtsTools(sent) || reported < leastTokens(sent.prompt)) return;
    this.calibration.observe(whole(sent), reported);
  }
}
