/** For sorting by a text of each item, such as a time in RFC 3339: by code units, as the stores' own order is. */
export function by<Item>(textOf: (item: Item) => string): (a: Item, b: Item) => number {
  return (one, other) => {
    const [a, b] = [textOf(one), textOf(other)];
    return a < b ? -1 : a > b ? 1 : 0;
  };
}
