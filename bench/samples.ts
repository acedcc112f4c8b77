/** What the serializer is measured with: values like those that shops send around. */

/** An order: a few levels deep, short texts, numbers, and keys that repeat. */
export function order(seed: number): object {
  return {
    id: `ord_${seed.toString(36)}x${(seed * 7_919) % 10_007}`,
    customer: {
      id: (seed * 31) % 9_973,
      name: `Ada Lovelace ${seed}`,
      email: `ada${seed}@example.com`,
      vip: seed % 3 === 0,
    },
    items: Array.from({ length: 3 }, (_, line) => ({
      sku: `SKU-${(seed * 3 + line) % 500}`,
      title: "Mechanical keyboard, 75 %",
      qty: 1 + (line % 4),
      price: 19.99 + line,
      tags: ["blue", "new"],
    })),
    total: 129.95 + seed,
    currency: "EUR",
    created: "2026-11-21T10:00:00.000Z",
    note: seed % 5 === 0 ? "Leave it at the door, please" : null,
    paid: true,
  };
}

/** A message of a few fields, as most are. */
export const notice: object = {
  to: "ada@example.com",
  subject: "Your order 1234 is on its way",
  template: "shipped",
  retries: 3,
  urgent: false,
  ids: [1, 2, 3, 4],
  meta: { trace: "0af7651916cd43dd8448eb211c80319c", n: 12.5 },
};

/** Orders whose JSON has about so many bytes. */
export function orders(bytes: number): object {
  return {
    orders: Array.from(
      { length: Math.max(1, Math.round(bytes / 520)) },
      (_, seed) => order(seed),
    ),
  };
}
