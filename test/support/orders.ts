/** Order-like JSON by the byte: what a shop puts into a queue. The same seed yields the same orders everywhere. */

/** A generator of numbers in [0, 1) that depends on its seed alone (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const FIRST = ["Ada", "Grace", "Linus", "Margaret", "Edsger", "Barbara", "Donald", "Radia", "Ken", "Frances", "Tim"];
const LAST = [
  "Novak",
  "Hopper",
  "Okafor",
  "Hamilton",
  "Meyer",
  "Liskov",
  "Tanaka",
  "Perlman",
  "Silva",
  "Allen",
  "Grün",
];
const STREETS = ["Harbour Road", "Station Street", "Mill Lane", "Garden Avenue", "Church Hill", "Market Square"];
const CITIES = [
  { city: "Berlin", country: "DE" },
  { city: "Porto", country: "PT" },
  { city: "Lyon", country: "FR" },
  { city: "Graz", country: "AT" },
  { city: "Utrecht", country: "NL" },
  { city: "Malmö", country: "SE" },
  { city: "Kraków", country: "PL" },
  { city: "Cork", country: "IE" },
];
const PRODUCTS = [
  { sku: "KB-1042", name: "Mechanical keyboard, 75 %", unitPrice: 129.9 },
  { sku: "MS-2210", name: "Wireless mouse", unitPrice: 49.5 },
  { sku: "MN-3301", name: "27 inch monitor", unitPrice: 289 },
  { sku: "CB-0007", name: "USB-C cable, 2 m", unitPrice: 12.9 },
  { sku: "HB-5120", name: "USB hub, 7 ports", unitPrice: 39.95 },
  { sku: "HP-6001", name: "Headphones, over ear", unitPrice: 189 },
  { sku: "WB-7007", name: "Webcam 1080p", unitPrice: 74.5 },
  { sku: "DK-8100", name: "Docking station", unitPrice: 219 },
  { sku: "ST-9001", name: "Laptop stand", unitPrice: 34.9 },
  { sku: "PD-0310", name: "Desk pad, felt", unitPrice: 24 },
];

/** A line of an order. */
export interface OrderLine {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly unitPrice: number;
  readonly taxRate: number;
  readonly discount: number;
  readonly total: number;
}

/** An order of one to four lines, about a kilobyte of JSON. */
export interface Order {
  readonly id: number;
  readonly number: string;
  readonly status: string;
  readonly currency: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly customer: object;
  readonly shipping: object;
  readonly items: readonly OrderLine[];
  readonly payment: object;
  readonly total: number;
  readonly notes: null;
  readonly tags: readonly string[];
}

function pick<T>(random: () => number, from: readonly T[]): T {
  const one = from[Math.floor(random() * from.length)];
  if (one === undefined) throw new RangeError("Cannot pick as there must be a choice: the list is empty");
  return one;
}

function lineOf(random: () => number, country: string): OrderLine {
  const { sku, name, unitPrice } = pick(random, PRODUCTS);
  const quantity = 1 + Math.floor(random() * 3);
  const taxRate = country === "DE" ? 0.19 : 0.21;
  return { sku, name, quantity, unitPrice, taxRate, discount: 0, total: Number((unitPrice * quantity).toFixed(2)) };
}

function customerOf(random: () => number, country: string): object {
  const [first, last] = [pick(random, FIRST), pick(random, LAST)];
  return {
    id: 10000 + Math.floor(random() * 90000),
    name: `${first} ${last}`,
    email: `${first}.${last}@example.com`.toLowerCase().replace("ü", "ue"),
    locale: `en-${country}`,
    newsletter: random() < 0.3,
  };
}

function shippingOf(random: () => number, place: { readonly city: string; readonly country: string }): object {
  return {
    street: `${1 + Math.floor(random() * 140)} ${pick(random, STREETS)}`,
    city: place.city,
    postcode: String(10000 + Math.floor(random() * 89999)),
    country: place.country,
    method: pick(random, ["standard", "express"]),
    trackingNumber: null,
  };
}

function orderOf(random: () => number, index: number): Order {
  const place = pick(random, CITIES);
  const created = 1_760_000_000_000 + index * 61_000 + Math.floor(random() * 60_000);
  const items = Array.from({ length: 1 + Math.floor(random() * 4) }, () => lineOf(random, place.country));
  return {
    id: 100000 + index,
    number: `SO-2025-${100000 + index}`,
    status: pick(random, ["paid", "paid", "packed", "shipped"]),
    currency: "EUR",
    createdAt: new Date(created).toISOString(),
    updatedAt: new Date(created + Math.floor(random() * 9e6)).toISOString(),
    customer: customerOf(random, place.country),
    shipping: shippingOf(random, place),
    items,
    payment: {
      method: pick(random, ["card", "paypal", "transfer"]),
      captured: true,
      reference: `pay_${Math.floor(random() * 2 ** 40).toString(36)}`,
    },
    total: Number(items.reduce((sum, item) => sum + item.total, 0).toFixed(2)),
    notes: null,
    tags: [],
  };
}

/** As many whole orders as it takes to fill `size` bytes of JSON; under a kilobyte, one order's leading fields. */
export function ordersOf(size: number, seed: number = 7): Partial<Order>[] {
  const random = randomFrom(seed);
  if (size < 1000) {
    const { id, number, status, currency, createdAt, updatedAt, total } = orderOf(random, 0);
    return [{ id, number, status, currency, createdAt, updatedAt, total }];
  }
  const orders: Order[] = [];
  for (let bytes = 2; bytes < size;) {
    const order = orderOf(random, orders.length);
    orders.push(order);
    bytes += JSON.stringify(order).length + 1;
  }
  return orders;
}
