/**
 * Umbel: a typed distributed task queue for TypeScript. Celery's model, rebuilt for the edge.
 *
 * This is the front door: the app, its tasks, and the errors a caller meets. It is safe on the edge: importing it does no
 * I/O and needs nothing of Bun, Node or Deno.
 *
 * @module
 */
export type { Seal } from "./src/app/connections.ts";
export { Umbel, type UmbelOptions } from "./src/app/umbel.ts";
export { type Settings, SettingsError, type UmbelConfig } from "./src/app/settings.ts";
export { BrokerRefused, BrokerUnavailable, QueueFull } from "./src/broker_error.ts";
export { UnknownTask } from "./src/client/pending_task.ts";
export { TaskError } from "./src/client/task_error.ts";
export { chain, chord, group, GroupSignature, signature } from "./src/canvas/primitives.ts";
export { Signature } from "./src/canvas/signature.ts";
export type {
  AnyResult,
  AsyncResult,
  GetOptions,
  GraphEdge,
  GraphNode,
  GroupItem,
  GroupResult,
  PendingResult,
  WorkflowGraph,
} from "./src/canvas/handles.ts";
export { type Duration, formatDuration, toMilliseconds } from "./src/base/duration.ts";
export type { Logger, LogLevel } from "./src/base/log.ts";
export { type Failure, failureSchema } from "./src/protocol/failure.ts";
export { MessageError } from "./src/protocol/message.ts";
export type { ResultRecord, TaskState } from "./src/protocol/result.ts";
export { type SignatureLike, signatureSchema, type SignatureTree } from "./src/protocol/signature.ts";
export type { Contract } from "./src/task/contract.ts";
export { defineTask, type FlowContract } from "./src/task/flow_contract.ts";
export type { TaskContext } from "./src/task/context.ts";
export {
  ChordError,
  Ignore,
  LeaseLost,
  MaxRetriesExceeded,
  NotRegistered,
  Reject,
  Retry,
  type RetryOptions,
  SoftTimeLimitExceeded,
  TaskRevoked,
  TimeLimitExceeded,
  WorkerLost,
  WorkerStopping,
} from "./src/task/control.ts";
export type { ClassCodec } from "./src/codecs/class_codec.ts";
export { DecodeError } from "./src/codecs/decode_error.ts";
export type { FlagKind } from "./src/codecs/kinds.ts";
export { msgpackCodec } from "./src/codecs/msgpack_codec.ts";
export type { PackCodec } from "./src/codecs/pack_codec.ts";
export type { SealAlgorithm } from "./src/codecs/seal/key_ring.ts";
export { type SealedThing, SealError, type SealReason } from "./src/codecs/seal/seal_error.ts";
export {
  createPairKey,
  createSecretKey,
  formatKey,
  type PairKey,
  type SealKey,
  type SecretKey,
} from "./src/codecs/seal/seal_key.ts";
export { type Sealer, sealer, type SealOptions } from "./src/codecs/seal/sealer.ts";
export type { RichCodec } from "./src/codecs/rich_codec.ts";
export { type Refusal, SerializationError } from "./src/codecs/serialization_error.ts";
export type { Encoded, Flag } from "./src/protocol/encoded.ts";
export type { SerializationPolicy } from "./src/protocol/serialization_policy.ts";
export { createSerializer, type EncodeOptions, type Serializer, type SerializerOptions } from "./src/serializer.ts";
export { BlobError, type LocalContent, Ref, type RefInfo, type RefReadOptions } from "./src/protocol/ref.ts";
export { blob, bytes, type Content, ref, stream } from "./src/task/content.ts";
export type { CallOptions, TaskOptions } from "./src/task/options.ts";
export type { Calls, Task, TaskCalls } from "./src/task/task.ts";
export { type Problem, ValidationError } from "./src/task/validation_error.ts";
