/** Texts and a blob that were sealed once, with keys that are no secret: what seals them today must still open them. */

/** The id of the task. */
export const ID = "019a0000-0000-7000-8000-000000000001";

/** The keys. */
export const KEYS = [
  { id: "k1", secret: "a secret of a test, known to everybody" },
  {
    id: "p1",
    publicKey: "MCowBQYDK2VwAyEAKXOGqVY7LvOZwW+SPZKtscSQxWeGO3/yiXdTKej4cdY=",
    privateKey: "MC4CAQAwBQYDK2VwBCIEIC8H82xTG6gDSL3ivFi0ctXc6hAw8ykR4h2KX1IuhGpt",
  },
];

/** What was sealed. */
export const TEXT: string =
  '{"v":1,"task":"mail.receipt","data":{"args":["Zoë",7]},"headers":{"tenant":"t1"},"later":{"field":["' +
  'kept"]}}';

/** Signed by HMAC. */
export const SIGNED: string =
  '{"v":1,"task":"mail.receipt","data":{"args":["Zoë",7]},"headers":{"tenant":"t1"},"later":{"field":["' +
  'kept"]},"seal":{"alg":"hmac","key":"k1","at":1795823443851,"queue":"default","sig":"k8wDN7ZA/bofT6H2' +
  '/RIEHTruswMFU//OUer/ceNuhJ8="}}';

/** Signed by Ed25519. */
export const SIGNED_BY_PAIR: string =
  '{"v":1,"task":"mail.receipt","data":{"args":["Zoë",7]},"headers":{"tenant":"t1"},"later":{"field":["' +
  'kept"]},"seal":{"alg":"ed25519","key":"p1","at":1795823443851,"queue":"default","sig":"hAElSkj8G7Xvz' +
  'UhT/JADLuwzmMoOKjT1L4aW3vWBFraOuNrrBa8rZyR/Uhg3ZeXqXeHFolYOjDsWVvrTaF3GDA=="}}';

/** Encrypted, and signed by HMAC. */
export const ENCRYPTED: string =
  '{"v":1,"task":"mail.receipt","data":"k1.Wl81SH/o9ZysqeQW3VXceGmkuxa/MuNTv6XO4IaHpao2EmZ3dbWbsFFHpRce' +
  '+yFPhj2Amy9IPx/S0dZbYXn/Wty/BzXh3mCClJxayg+WohlUBbJjwtuwrxWZtkqcvfoFGiclJYWo1DVubAPxLQ==","enc":"aes' +
  '-gcm","seal":{"alg":"hmac","key":"k1","at":1795823443851,"queue":"default","sig":"K8CNsPI+Ri4g4m/ByF' +
  '/f+4FIhQ2jfQCLVlzFUzbNAq4="}}';

/** The content of the blob. */
export const CONTENT = "a photo, as it were";

/** The blob, as base64; it is for "photo". */
export const BLOB: string =
  "VU1TMQJrMQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAXyVZh4dX" +
  "ds07fMgWbUJrJ3JeDiXKPG90bVZvzfQkRIbbiG5EVwe5HYxmX1e/HFgbaubv5k2axOinjD0=";
