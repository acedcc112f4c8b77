/** Puts an object of unknown length in parts, so that no more than a part of it is ever in memory. @module */
import type { Chunk } from "../../base/byte_streams.ts";
import { checkAnswer, type S3Client, textOf } from "./s3_client.ts";

/** What is put in parts. */
export interface Upload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
}

/** Uploads blocks, each at least as long as a part must be but the last one. When it fails, nothing of it stays. */
export async function uploadParts(
  client: S3Client,
  { key, headers, signal }: Upload,
  blocks: AsyncIterable<Chunk>,
): Promise<number> {
  const begun = await client.send({ method: "POST", key, query: { uploads: "" }, headers, signal });
  const uploadId = textOf(await (await checkAnswer(begun, `put blob ${key}`)).text(), "UploadId");
  if (uploadId === undefined) {
    throw new Error(`Cannot put blob ${key} as the S3 service must give an upload id: it gave none`);
  }
  try {
    const [tags, size] = await sendParts(client, { key, headers, signal }, uploadId, blocks);
    const body = `<CompleteMultipartUpload>${tags.join("")}</CompleteMultipartUpload>`;
    const ended = await client.send({ method: "POST", key, query: { uploadId }, body, signal });
    const answer = await (await checkAnswer(ended, `put blob ${key}`)).text();
    // The service has to answer before it knows, so a failure may stand in a success.
    if (answer.includes("<Error>")) {
      throw new Error(`Cannot put blob ${key} as the S3 service must put it together: ${textOf(answer, "Code") ?? ""}`);
    }
    return size;
  } catch (error) {
    await client.send({ method: "DELETE", key, query: { uploadId } }).catch(() => {});
    throw error;
  }
}

async function sendParts(
  client: S3Client,
  { key, signal }: Upload,
  uploadId: string,
  blocks: AsyncIterable<Chunk>,
): Promise<[tags: string[], size: number]> {
  const tags: string[] = [];
  let size = 0;
  for await (const body of blocks) {
    const partNumber = String(tags.length + 1);
    const sent = await client.send({ method: "PUT", key, query: { partNumber, uploadId }, body, signal });
    const tag = (await checkAnswer(sent, `put blob ${key}`)).headers.get("etag") ?? "";
    tags.push(`<Part><PartNumber>${partNumber}</PartNumber><ETag>${tag}</ETag></Part>`);
    size += body.length;
    await sent.body?.cancel();
  }
  return [tags, size];
}
