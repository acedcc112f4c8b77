/** Umbel: a typed distributed task queue for TypeScript. @module */
export {};
