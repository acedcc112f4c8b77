/**
 * An S3 service in memory, for tests: it checks signatures (Signature Version 4) and clocks, has single and multipart
 * uploads with their rules, ranges, and lists in pages, and answers errors as S3 does. It serves on a loopback port, on
 * Bun, Deno and Node.
 */

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The keys that a client must sign with. */
export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Stored {
  readonly body: Buffer;
  readonly type: string;
  readonly modified: Date;
}

interface Upload {
  readonly key: string;
  readonly type: string;
  readonly parts: Map<number, Buffer>;
}

/** A request as it came, read whole. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly rawQuery: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** What is answered. */
interface Told {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | string;
}

/** The least length of all parts of an upload but the last one. */
const LEAST_PART = 5_242_880;

const FIFTEEN_MINUTES = 900_000;

class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, readonly extra: string = "") {
    super(code);
  }
}

/** An S3 service with one bucket. */
export class S3Server {
  readonly objects: Map<string, Stored> = new Map();
  readonly uploads: Map<string, Upload> = new Map();
  /** Requests answered so far, as `PUT key`. */
  readonly log: string[] = [];
  /** Answers to give instead of the next ones: a status, or `cut` to end the connection. */
  readonly faults: (number | "cut")[] = [];
  readonly bucket: string;
  readonly region: string;
  readonly #keys: S3Keys;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #uploadIds = 0;

  constructor(keys: S3Keys, { bucket = "bucket", region = "eu-central-1" }: { bucket?: string; region?: string } = {}) {
    this.#keys = keys;
    this.bucket = bucket;
    this.region = region;
  }

  /** Starts to serve; gives the URL of the service. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Stops, and ends all connections. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    const [path = "/", rawQuery = ""] = (request.url ?? "/").split("?");
    const query = new URLSearchParams(rawQuery);
    const { method = "GET", headers } = request;
    this.log.push(`${method} ${path}`);
    const fault = this.faults.shift();
    if (fault === "cut") return void request.socket.destroy();
    const told = fault === undefined
      ? this.#told({ method, path, query, rawQuery, headers, body: Buffer.concat(chunks) })
      : errorOf(new Refusal(fault, "SlowDown"));
    const body = told.body ?? "";
    response.writeHead(told.status, { "content-length": Buffer.byteLength(body), ...told.headers });
    response.end(method === "HEAD" ? undefined : body);
  }

  #told(asked: Asked): Told {
    try {
      this.#authorize(asked);
      return this.#answer(asked);
    } catch (error) {
      if (error instanceof Refusal) return errorOf(error);
      throw error;
    }
  }

  #authorize(asked: Asked): void {
    const { headers } = asked;
    const found =
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/
        .exec(headers.authorization ?? "");
    if (!found) throw new Refusal(403, "AccessDenied");
    const [, id = "", date = "", region = "", signedHeaders = "", signature = ""] = found;
    if (id !== this.#keys.accessKeyId) throw new Refusal(403, "InvalidAccessKeyId");
    if (headers["x-amz-security-token"] !== this.#keys.sessionToken) throw new Refusal(403, "InvalidToken");
    const time = String(headers["x-amz-date"]);
    const skew = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z")) -
      Date.now();
    if (!(Math.abs(skew) < FIFTEEN_MINUTES)) throw new Refusal(403, "RequestTimeTooSkewed");
    const names = signedHeaders.split(";");
    if (!names.includes("host") || !names.includes("x-amz-date")) throw new Refusal(403, "AccessDenied");
    const scope = `${date}/${region}/s3/aws4_request`;
    const request = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical(asked, names))}`;
    const key = [date, region, "s3", "aws4_request"].reduce(
      (secret: Buffer, part) => hmac(secret, part),
      Buffer.from(`AWS4${this.#keys.secretAccessKey}`),
    );
    const right = timingSafeEqual(hmac(key, request), Buffer.from(signature, "hex"));
    if (!right || region !== this.region || !time.startsWith(date)) throw new Refusal(403, "SignatureDoesNotMatch");
    const payload = headers["x-amz-content-sha256"];
    if (payload !== "UNSIGNED-PAYLOAD" && payload !== sha256(asked.body)) {
      throw new Refusal(400, "XAmzContentSHA256Mismatch");
    }
  }

  #answer(asked: Asked): Told {
    const [, bucket, ...rest] = asked.path.split("/");
    if (bucket !== this.bucket) throw new Refusal(404, "NoSuchBucket");
    const key = decodeURIComponent(rest.join("/"));
    if (key === "") return asked.method === "GET" ? this.#list(asked.query) : { status: 405 };
    const uploadId = asked.query.get("uploadId");
    if (asked.method === "POST" && asked.query.has("uploads")) return this.#begin(key, asked);
    if (uploadId !== null) return this.#upload(uploadId, key, asked);
    switch (asked.method) {
      case "PUT":
        this.#store(key, asked.body, typeOf(asked));
        return { status: 200, headers: { etag: etagOf(asked.body) } };
      case "GET":
      case "HEAD":
        return this.#get(key, asked);
      case "DELETE":
        this.objects.delete(key);
        return { status: 204 };
      default:
        return { status: 405 };
    }
  }

  #store(key: string, body: Buffer, type: string): void {
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    this.objects.set(key, { body, type, modified: new Date(now) });
  }

  #get(key: string, { headers }: Asked): Told {
    const stored = this.objects.get(key);
    if (!stored) throw new Refusal(404, "NoSuchKey");
    const { body, type, modified } = stored;
    const facts = { "content-type": type, "last-modified": modified.toUTCString(), etag: etagOf(body) };
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "");
    if (!range) return { status: 200, headers: facts, body };
    const [start, end] = [Number(range[1]), Math.min(range[2] === "" ? Infinity : Number(range[2]), body.length - 1)];
    if (start >= body.length || end < start) throw new Refusal(416, "InvalidRange");
    const part = body.subarray(start, end + 1);
    return { status: 206, headers: { ...facts, "content-range": `bytes ${start}-${end}/${body.length}` }, body: part };
  }

  #list(query: URLSearchParams): Told {
    if (query.get("list-type") !== "2") throw new Refusal(400, "InvalidArgument");
    const [prefix, after] = [query.get("prefix") ?? "", query.get("start-after") ?? ""];
    const most = Math.min(1_000, Number(query.get("max-keys") ?? 1_000));
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const entries = keys.slice(0, most).map((key) => {
      const { body, modified } = this.objects.get(key) ?? { body: Buffer.alloc(0), modified: new Date() };
      return `<Contents><Key>${escape(key)}</Key><LastModified>${modified.toISOString()}</LastModified>` +
        `<ETag>${
          escape(etagOf(body))
        }</ETag><Size>${body.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
    });
    const more = keys.length > most;
    return xml(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${entries.join("")}</ListBucketResult>`);
  }

  #begin(key: string, asked: Asked): Told {
    const id = `upload-${++this.#uploadIds}`;
    this.uploads.set(id, { key, type: typeOf(asked), parts: new Map() });
    return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  }

  #upload(id: string, key: string, asked: Asked): Told {
    const upload = this.uploads.get(id);
    if (upload?.key !== key) throw new Refusal(404, "NoSuchUpload");
    if (asked.method === "DELETE") {
      this.uploads.delete(id);
      return { status: 204 };
    }
    if (asked.method === "POST") return this.#complete(id, upload, asked.body.toString());
    const number = Number(asked.query.get("partNumber"));
    if (!(Number.isInteger(number) && number >= 1 && number <= 10_000)) throw new Refusal(400, "InvalidArgument");
    upload.parts.set(number, asked.body);
    return { status: 200, headers: { etag: etagOf(asked.body) } };
  }

  #complete(id: string, upload: Upload, body: string): Told {
    const named = [...body.matchAll(/<Part><PartNumber>(\d+)<\/PartNumber><ETag>([^<]*)<\/ETag><\/Part>/g)];
    const parts = named.map(([, number, tag], index) => {
      const part = upload.parts.get(Number(number));
      if (part === undefined || etagOf(part) !== tag?.replaceAll("&quot;", '"')) throw new Refusal(400, "InvalidPart");
      if (index > 0 && Number(named[index - 1]?.[1]) >= Number(number)) throw new Refusal(400, "InvalidPartOrder");
      if (index < named.length - 1 && part.length < LEAST_PART) throw new Refusal(400, "EntityTooSmall");
      return part;
    });
    if (parts.length === 0) throw new Refusal(400, "MalformedXML");
    this.uploads.delete(id);
    this.#store(upload.key, Buffer.concat(parts), upload.type);
    return xml(`<CompleteMultipartUploadResult><Key>${escape(upload.key)}</Key></CompleteMultipartUploadResult>`);
  }
}

/** The request as its signature covers it. */
function canonical({ method, path, rawQuery, headers }: Asked, names: readonly string[]): string {
  const query = rawQuery.split("&").filter((pair) => pair !== "").map((pair) => {
    const [name = "", value = ""] = pair.split("=");
    return `${strict(name)}=${strict(value)}`;
  }).sort().join("&");
  const lines = names.map((name) => `${name}:${String(headers[name] ?? "").trim().replace(/\s+/g, " ")}\n`).join("");
  return [method, path, query, lines, names.join(";"), headers["x-amz-content-sha256"] ?? ""].join("\n");
}

/** A part of a query as RFC 3986 wants it. */
function strict(part: string): string {
  const plain = decodeURIComponent(part.replaceAll("+", " "));
  return encodeURIComponent(plain).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}

function etagOf(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

function typeOf({ headers }: Asked): string {
  return headers["content-type"] ?? "binary/octet-stream";
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function xml(body: string): Told {
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}

function errorOf({ status, code, extra }: Refusal): Told {
  return { ...xml(`<Error><Code>${code}</Code><Message>${code}</Message>${extra}</Error>`), status };
}
