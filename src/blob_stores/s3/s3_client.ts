/** Signs and sends requests to S3, and tries again what may be tried again. @module */
import { AwsClient } from "aws4fetch";
import { backoffDelay } from "../../base/backoff.ts";
import { type Clock, systemClock } from "../../base/clock.ts";

/** Where a bucket is, and who asks. */
export interface S3ClientOptions {
  /** The URL of the bucket, without a slash at its end. */
  readonly bucketUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** How often a request is tried that fails for a reason that may pass. */
  readonly tries: number;
  readonly clock?: Clock;
}

/** A request to a bucket. Its body is bytes, so that it can be sent again. */
export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** The object; the bucket itself when absent. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string;
  readonly signal?: AbortSignal | undefined;
}

/** The first pause between two tries is up to this long, in milliseconds; each further one up to twice the one before. */
const PAUSE = { base: 100, max: 5_000 };

/** Sends requests to one bucket. */
export class S3Client {
  readonly #options: S3ClientOptions;
  readonly #signer: AwsClient;
  readonly #clock: Clock;

  constructor(options: S3ClientOptions) {
    const { accessKeyId, secretAccessKey, sessionToken, region, clock = systemClock } = options;
    this.#options = options;
    this.#clock = clock;
    const session = sessionToken === undefined ? {} : { sessionToken };
    this.#signer = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", ...session });
  }

  /** The answer to a request, whatever its status, once it is none that says to try again. */
  async send(request: S3Request): Promise<Response> {
    for (let attempt = 0;; attempt++) {
      const last = attempt + 1 >= this.#options.tries;
      const answer = await this.#try(request, last);
      if (answer !== undefined) return answer;
      await this.#clock.sleep(backoffDelay(attempt, PAUSE), request.signal);
      request.signal?.throwIfAborted();
    }
  }

  /** One try; undefined where another one makes sense. */
  async #try(request: S3Request, last: boolean): Promise<Response | undefined> {
    const { signal = null } = request;
    const signed = await this.#sign(request);
    try {
      const answer = await fetch(signed, { signal });
      if (last || (answer.status < 500 && answer.status !== 429)) return answer;
      await answer.body?.cancel();
    } catch (error) {
      if (last || signal?.aborted) throw error;
    }
    return undefined;
  }

  async #sign({ method, key = "", query = {}, headers = {}, body }: S3Request): Promise<Request> {
    const url = new URL(`${this.#options.bucketUrl}/${key}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return await this.#signer.sign(url, { method, headers, ...(body !== undefined && { body }) });
  }
}

/** Fails when an answer is no success, with the code that the service gave. */
export async function checkAnswer(answer: Response, action: string): Promise<Response> {
  if (answer.ok) return answer;
  const code = textOf(await answer.text().catch(() => ""), "Code");
  throw new Error(
    `Cannot ${action} as the S3 service must accept it: it answered ${answer.status} ${code ?? ""}`.trim(),
  );
}

/** The text of the first element of a name in an XML answer. */
export function textOf(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return found?.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => ENTITIES[entity] ?? "");
}

/** The texts of all elements of a name in an XML answer, with what they hold. */
export function partsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, "g"))].map(([, inner = ""]) => inner);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
