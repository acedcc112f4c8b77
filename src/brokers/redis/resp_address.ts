/** Where a Redis server is and how to enter: a URL or fields, made into one form. @module */

/** Where a Redis server is and how to enter. Fields given beside `url` win over what the URL says. */
export interface RespAddressOptions {
  /** `redis://[[user]:password@]host[:port][/db]`, or `rediss://` for TLS. Credentials are percent-decoded. */
  readonly url?: string | URL;
  /** Host name or address. Default: `127.0.0.1`. */
  readonly host?: string;
  /** Port. Default: 6379. */
  readonly port?: number;
  /** User of the server's access list; needs a password. Default: the server's default user. */
  readonly username?: string;
  /** Password. Never part of an error text. Default: none. */
  readonly password?: string;
  /** Number of the database. Default: 0. */
  readonly db?: number;
  /** TLS: `true`, or its settings. Default: `true` for `rediss://`, else `false`. */
  readonly tls?: boolean | RespTlsOptions;
}

/** Settings of a TLS connection, in the words of `node:tls`. */
export interface RespTlsOptions {
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string | readonly string[];
  /** The client's certificate, PEM. */
  readonly cert?: string;
  /** The client's private key, PEM. */
  readonly key?: string;
  /** Name the server's certificate must bear. Default: the host, when it is a name. */
  readonly servername?: string;
  /** Whether a certificate that cannot be verified ends the connection. Default: `true`. */
  readonly rejectUnauthorized?: boolean;
}

/** The one form of {@linkcode RespAddressOptions}. */
export interface RespAddress {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  readonly tls: RespTlsOptions | undefined;
}

/** Reads options into an address. Throws without ever printing the URL, which may hold a password. */
export function resolveRespAddress(options: RespAddressOptions): RespAddress {
  const url = options.url === undefined ? undefined : parseRedisUrl(options.url);
  const tls = options.tls ?? (url?.tls || false);
  return {
    host: options.host ?? url?.host ?? "127.0.0.1",
    port: options.port ?? url?.port ?? 6379,
    username: options.username ?? url?.username,
    password: options.password ?? url?.password,
    db: options.db ?? url?.db ?? 0,
    tls: tls === false ? undefined : tls === true ? {} : tls,
  };
}

interface RedisUrl {
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number | undefined;
  readonly tls: boolean;
}

function parseRedisUrl(input: string | URL): RedisUrl {
  const url = URL.parse(String(input));
  if (url === null) throw new TypeError("Cannot connect to Redis as the URL must be valid: current value is not a URL");
  if (url.protocol !== "redis:" && url.protocol !== "rediss:") {
    throw new TypeError(
      `Cannot connect to Redis as the URL must begin with redis:// or rediss://: current value begins with ${url.protocol}`,
    );
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, "") || undefined,
    port: url.port === "" ? undefined : Number(url.port),
    username: decodeCredential(url.username),
    password: decodeCredential(url.password),
    db: parseDb(url.pathname.slice(1)),
    tls: url.protocol === "rediss:",
  };
}

function decodeCredential(text: string): string | undefined {
  if (text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError(
      "Cannot connect to Redis as the credentials must be percent-encoded: current value is malformed",
    );
  }
}

function parseDb(path: string): number | undefined {
  if (path === "") return undefined;
  if (!/^\d{1,6}$/.test(path)) {
    throw new RangeError(
      "Cannot connect to Redis as the path of the URL must be a database number: current value is another path",
    );
  }
  return Number(path);
}
