/** What must compile and what must not, of values that JSON cannot carry. Checked by the compiler alone: nothing here runs. */
import * as z from "zod";
import { type AsyncResult, blob, bytes, type Content, Ref, ref, stream, Umbel } from "../../mod.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(_?: T): void => {};

class Money {
  constructor(readonly cents: bigint, readonly currency: string) {}
}

const app = new Umbel("values");

// What `encode` gets is what `match` says, and what `decode` gets is what `encode` gives.
app.codec({
  name: "Money",
  match: (value) => value instanceof Money,
  encode: (money): [bigint, string] => {
    is<Same<typeof money, Money>>();
    return [money.cents, money.currency];
  },
  decode: (data) => {
    is<Same<typeof data, [bigint, string]>>();
    return new Money(...data);
  },
});

app.codec({
  name: "Mixed up",
  match: (value) => value instanceof Money,
  encode: ({ cents }) => cents,
  // @ts-expect-error the cents come back, and make no Money by themselves
  decode: (cents) => cents,
});

app.codec({
  name: "Unsure",
  // @ts-expect-error it must tell which class it is
  match: (value) => typeof value === "object",
  encode: ({ cents }: Money) => cents,
  decode: (cents: bigint) => new Money(cents, "EUR"),
});

// Instances are typed at both ends by their schemas.
const double = app.task(
  "double",
  { args: [z.instanceof(Money)], returns: z.instanceof(Money) },
  (price) => new Money(price.cents * 2n, price.currency),
);
is<Same<ReturnType<typeof double.delay>, Promise<AsyncResult<Money>>>>();
// @ts-expect-error an object of the same fields is none
double.delay({ cents: 1 });

// Content may be given in any form, and comes in the one that was asked for.
const read = app.task(
  "read",
  { args: [ref(), stream()], kwargs: z.object({ all: bytes(), file: blob() }), returns: ref() },
  (file, body, { all, file: image }) => {
    is<Same<typeof file, Ref>>();
    is<Same<typeof body, ReadableStream<Uint8Array<ArrayBuffer>>>>();
    is<Same<typeof all, Uint8Array<ArrayBuffer>>>();
    is<Same<typeof image, Blob>>();
    return file;
  },
);
is<Same<Parameters<typeof read.delay>[0], Content>>();
read.delay(new Blob(), new Uint8Array(), { all: new ArrayBuffer(1), file: Ref.of(new Blob().stream()) });
is<Same<ReturnType<typeof read.delay>, Promise<AsyncResult<Ref>>>>();
// @ts-expect-error a text is no content
read.delay("text", new Blob(), { all: new Blob(), file: new Blob() });
