/** What must compile and what must not, of signatures and workflows. Checked by the compiler alone: nothing here runs. */
import * as z from "zod";
import {
  type AsyncResult,
  chain,
  chord,
  defineTask,
  type Failure,
  failureSchema,
  group,
  type GroupResult,
  type GroupSignature,
  type Signature,
  signature,
  signatureSchema,
  Umbel,
} from "../../mod.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(_?: T): void => {};
type Takes<S> = S extends Signature<infer R> ? R : never;
type Gives<S> = S extends Signature<never, infer V> ? V : never;

const app = new Umbel("types");
const num = z.number();
const add = app.task("add", { args: [num, num], returns: num }, (x, y) => x + y);
const text = app.task("text", { args: [num], returns: z.string() }, (x) => String(x));
const length = app.task("length", { args: [z.string()], returns: num }, (x) => x.length);
const sum = app.task("sum", { args: [z.array(num)], returns: num }, (xs) => xs.length);
const pair = app.task(
  "pair",
  { args: [z.tuple([num, z.string()])], returns: z.boolean() },
  ([x, y]) => y === String(x),
);
const three = app.task("three", { args: [num, z.string(), z.boolean()], returns: num }, (x) => x);
const none = app.task("none", { returns: num }, () => 1);
const note = app.task("note", { args: [failureSchema] }, () => {});

// Partial application: given arguments are the last ones, what remains is in front.
is<Same<Takes<ReturnType<typeof three.s<[]>>>, [number, string, boolean]>>();
const lastTwo = three.s("b", true);
is<Same<Takes<typeof lastTwo>, [number]>>();
const all = three.s(1, "b", true);
is<Same<Takes<typeof all>, []>>();
is<Same<Gives<typeof all>, number>>();
add.s(2).delay(8);
add.s(2, 3).delay();
add.s().delay(1, 2);
three.s(true).clone("b").delay(1);
three.s(true).applyAsync([1, "b"], { countdown: "1s" });
// @ts-expect-error the last argument is a boolean
three.s("b");
// @ts-expect-error too many arguments
add.s(1, 2, 3);
// @ts-expect-error the first argument is missing
add.s(2).delay();
// @ts-expect-error the first argument is a number
add.s(2).delay("8");
// @ts-expect-error nothing is missing
add.s(2, 3).delay(1);
// @ts-expect-error an immutable call needs all its arguments
add.si(2);
add.si(1, 2).delay();

// Arguments that may be left out: what was given is either the first ones or the last ones.
const loose = app.task("loose", { args: [z.string(), num.optional()], returns: num }, (a, b = 0) => a.length + b);
loose.s("a").delay();
loose.s(1).delay("a");
loose.s("a", 1).delay();
loose.s().delay("a");
chain(text.s(1), loose.s(2));
chain(text.s(1), loose.s());
// @ts-expect-error neither a text nor a number
loose.s(true);

// An argument of any type is one like others.
const anything = app.task("anything", { args: [z.any(), z.any()], returns: z.any() }, (x) => x);
anything.s(1, 2).delay();
anything.s(1).delay("a");
chain(anything.s().clone(1), anything.s(2), add.s(1));

// Any number of further arguments.
const many = app.task("many", { args: [z.string()], rest: num, returns: num }, (_, ...xs) => xs.length);
many.s("a", 1, 2).delay();
many.s(1, 2).delay("a");
chain(text.s(1), many.s(1, 2));
// @ts-expect-error numbers only
many.s("a", "b");

// Named arguments are merged: some here, the others there.
const mail = app.task(
  "mail",
  {
    args: [num, z.string()],
    kwargs: z.object({ subject: z.string(), html: z.boolean().default(false) }),
    returns: num,
  },
  (x) => x,
);
mail.s("ada", { subject: "hi" }).delay(1);
mail.s({ subject: "hi" }).delay(1, "ada");
mail.s("ada", { html: true }).delay(1, { subject: "hi" });
mail.s("ada").delay(1, { subject: "hi" });
chain(none.s(), mail.s("ada", { subject: "hi" }));
// @ts-expect-error the subject is still missing
chain(none.s(), mail.s("ada", { html: true }));
// @ts-expect-error the subject is still missing
mail.s("ada", { html: true }).delay(1);

// A chain gives what its last step gives, and needs what its first step needs.
const steps = chain(add.s(4), text.s(), length.s());
is<Same<Takes<typeof steps>, [number]>>();
is<Same<Gives<typeof steps>, number>>();
is<Same<Awaited<ReturnType<typeof steps.delay>>, AsyncResult<number>>>();
chain(add.s(4, 4), add.s(8)).delay();
chain(none.s(), none.si(), add.s(1));
chain(...[add.s(1), add.s(2)]);
chain(
  add.s(4, 4),
  // @ts-expect-error a text is wanted, a number comes
  length.s(),
);
chain(
  add.s(4, 4),
  text.s(),
  // @ts-expect-error a number is wanted, a text comes
  add.s(1),
);
// @ts-expect-error it takes nothing more: an immutable one would do
chain(add.s(4, 4), none.s());
// @ts-expect-error two arguments are missing
chain(add.s(4, 4), add.s());
const texts = [1, 2].map(() => text.s());
// @ts-expect-error the steps do not fit each other
chain(...texts);
const adds = [1, 2].map((x) => add.s(x));
is<Same<Gives<ReturnType<typeof app.use<typeof adds[0]>>>, number>>();
chain(...adds).delay(1);

add.s(2, 2).pipe(add.s(8)).pipe(text.s()).pipe(length.s()).delay();
// @ts-expect-error a number is wanted, a text comes
text.s(1).pipe(add.s(8));

// A group gives a tuple, or an array.
const both = group(add.s(1, 1), text.s(2));
is<Same<Gives<typeof both>, [number, string]>>();
is<Same<Awaited<ReturnType<typeof both.delay>>, GroupResult<[number, string]>>>();
const list = group([1, 2, 3].map((x) => add.s(x, x)));
is<Same<Gives<typeof list>, number[]>>();
const oneAndMany = (some: readonly (typeof list)[]) => group(text.s(1), ...some.map(() => add.s(1, 1)));
is<Same<Gives<ReturnType<typeof oneAndMany>>, [string, ...number[]]>>();
type Twice<T extends readonly unknown[]> = [...T, ...T];
type Thousand<T extends readonly unknown[]> = Twice<Twice<Twice<Twice<Twice<Twice<Twice<Twice<Twice<Twice<T>>>>>>>>>>;
const wide = (...members: Thousand<[typeof lastTwo]>) => group(...members);
is<Same<Gives<ReturnType<typeof wide>>, Thousand<[number]>>>();
const empty = group();
is<Same<Gives<typeof empty>, []>>();
group([]).delay();
const nested = group(add.s(1, 1), group(text.s(1), add.s(2, 2)), chain(none.s(), group(text.s(), text.s())));
is<Same<Gives<typeof nested>, [number, string, number, [string, string]]>>();
is<Same<Gives<ReturnType<typeof both.clone<[]>>>, [number, string]>>();
const shared = group(add.s(1), text.s());
is<Same<Takes<typeof shared>, [number]>>();
shared.delay(1);
// @ts-expect-error both need a number
shared.delay();
// @ts-expect-error no argument fits both
group(text.s(), length.s()).delay(1);
chain(none.s(), group(add.s(1), text.s(), none.si()));
// @ts-expect-error one of the members takes a text
chain(none.s(), group(add.s(1), length.s()));

// A chord's body takes the list.
chord([1, 2].map((x) => add.s(x, x)), sum.s()).delay();
chord([add.s(1, 1), text.s(1)], pair.s()).delay();
chord(group(add.s(1, 1), text.s(1)), pair.s()).delay();
chord([], sum.s()).delay();
chord(list, none.si()).delay();
list.pipe(sum.s()).delay();
chain(none.s(), group(add.s(1), add.s(2)), sum.s(), text.s());
const toGroup = chord(list, group(sum.s(), sum.s()));
is<Same<Awaited<ReturnType<typeof toGroup.delay>>, GroupResult<[number, number]>>>();
// @ts-expect-error the body takes no list
chord(list, text.s());
// @ts-expect-error the header has a text
chord([add.s(1, 1), text.s(1)], sum.s());
// @ts-expect-error the body takes no list
list.pipe(text.s());
// @ts-expect-error a list of texts comes
chain(group(text.s(1), text.s(2)), sum.s());
// What only ends in a group is one member, whose value is a list.
const lists = app.task("lists", { args: [z.array(z.array(num))], returns: num }, (xs) => xs.length);
const ends = chain(none.s(), group(add.s(1), add.s(2)));
chord([ends], lists.s()).delay();
// @ts-expect-error no header: it is a chain
chord(ends, sum.s());
// @ts-expect-error no group: it is a chain
const noGroup: GroupSignature<[], [number, number]> = ends;
void noGroup;

// Calls for each item.
is<Same<Gives<ReturnType<typeof text.map<[number[]]>>>, string[]>>();
text.map([1, 2]).delay();
add.starmap([[1, 2], [3, 4]]).delay();
chain(group(none.s(), none.s()), text.map());
const chunks = add.chunks([[1, 2], [3, 4]], 10);
is<Same<typeof chunks, GroupSignature<[], number[][]>>>();
// @ts-expect-error not numbers
text.map(["a"]).delay();
// @ts-expect-error not pairs
add.starmap([[1]]).delay();

// Callbacks take the result, errbacks the failure.
add.s(1, 1).link(text.s()).linkError(note.s()).onError(none.si()).set({ queue: "math" }).delay();
both.link(pair.s()).delay();
// @ts-expect-error the result is a number
add.s(1, 1).link(length.s());
// @ts-expect-error a failure comes
add.s(1, 1).linkError(length.s());
is<Same<Takes<ReturnType<typeof note.s<[]>>>, [Failure]>>();

// A frozen signature has its id.
const id: string = add.s(1, 1).freeze().id;
// @ts-expect-error it may have none
const maybe: string = add.s(1, 1).id;
void id, maybe;

// Contracts make signatures too; an app sends them.
const receipt = defineTask("receipt", { args: [num], returns: z.string() });
app.send(chain(receipt.s(7), length.s()));
app.use(receipt.s(7)).delay();
app.use(receipt).s(7).delay();
// @ts-expect-error an argument is missing
app.send(receipt.s());

// A signature by name may stand anywhere.
chain(add.s(1, 1), signature<string>("elsewhere"), length.s());

// A signature may be an argument.
const callLater = app.task("later", { args: [signatureSchema], returns: num }, async (callback) => {
  await app.signature(callback).delay(1);
  return 1;
});
callLater.delay(add.s(2));
// @ts-expect-error not a signature
callLater.delay({ kind: "loop" });

// What takes a task's place gives what the task would have given.
app.task("replaced", { bind: true, returns: num }, (ctx) => {
  // @ts-expect-error a text is no number
  if (ctx.attempt > 9) ctx.replace(text.s(1));
  // @ts-expect-error an argument is missing
  if (ctx.attempt > 9) ctx.replace(add.s(1));
  ctx.addToChord(add.s(1, 1), text.s(1));
  return ctx.replace(add.s(1, 1));
});
