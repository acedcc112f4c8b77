/**
 * The producer's door: contracts, a client that sends and awaits them, and a broker that needs nothing but `fetch`, for
 * edge functions whose size is bound.
 *
 * @module
 */
export { EdgeBroker, type EdgeBrokerOptions, upstashEdge } from "../brokers/redis/edge/mod.ts";
export { BrokerUnavailable } from "../broker_error.ts";
export { FlowProducer } from "./flow_producer.ts";
export { Producer, type ProducerBroker, type ProducerOptions } from "./producer.ts";
export { UnknownTask } from "./pending_task.ts";
export { TaskError } from "./task_error.ts";
export type { ValueEncoder } from "./publisher.ts";
export type { ValueDecoder } from "./record_reader.ts";
export type { GetOptions, PendingResult } from "../canvas/handles.ts";
export { type Duration, toMilliseconds } from "../base/duration.ts";
export { type Contract, defineTask } from "../task/contract.ts";
export type { CallOptions, TaskOptions } from "../task/options.ts";
export type { Calls } from "../task/task.ts";
export { type Problem, ValidationError } from "../task/validation_error.ts";
export { type Refusal, SerializationError } from "../codecs/serialization_error.ts";
