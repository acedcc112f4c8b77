/** What an app may be made with. @module */
import type { Logger } from "../base/log.ts";
import type { BlobStore } from "../blob_store.ts";
import type { Broker } from "../broker.ts";
import type { ErrorConstructor } from "../client/error_rebuilder.ts";
import type { Seal } from "./connections.ts";
import type { Settings } from "./settings.ts";

/** What an app is made with; all of it has a default. */
export interface UmbelOptions<Queue extends string = string> extends Settings {
  /**
   * The broker, or the URL of one. `UMBEL_BROKER` when absent, and the embedded one when that is not set either: a
   * SQLite file in the folder `.umbel`.
   */
  readonly broker?: Broker | string;
  /** The queues there are. With them, sending to any other is an error, and does not compile. */
  readonly queues?: readonly Queue[];
  readonly queue?: NoInfer<Queue>;
  /** Error classes that `get` rebuilds as themselves; failures of all others become `TaskError`. */
  readonly errors?: readonly ErrorConstructor[];
  /** Where lines go. The worker writes to the standard error when absent. */
  readonly log?: Logger;
  /**
   * Where files, streams and large values are kept, or the URL of it: `s3://<bucket>/<prefix>`, `file:<folder>`, and
   * more. `UMBEL_BLOBS` when absent, and beside the broker when that is not set either: in the same Redis, or in files
   * beside the file of the embedded one.
   */
  readonly blobs?: BlobStore | string;
  /**
   * Seals all that is kept in the broker and the blob store, so that a worker runs only what comes from who has a key:
   * `sealer({ ... })`. Nothing is sealed when absent.
   */
  readonly seal?: Seal;
}
