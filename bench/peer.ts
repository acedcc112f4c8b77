/** A contender in a process of its own: one JSON request a line, one answer a line. */
export class Peer {
  readonly #process: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #lines: AsyncIterator<string>;

  constructor(command: readonly string[]) {
    this.#process = Bun.spawn([...command], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    });
    this.#lines = linesOf(this.#process.stdout);
  }

  async ask<T>(request: object): Promise<T> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    await this.#process.stdin.flush();
    const { value } = await this.#lines.next();
    const answer = JSON.parse(value) as T & { readonly error?: string };
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  async end(): Promise<void> {
    await this.#process.stdin.end();
    await this.#process.exited;
  }
}

async function* linesOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
