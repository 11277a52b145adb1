// JSON has no enums, and leaves out what has a default: the same types, read that way.
export type Loose<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends (infer Item)[]
      ? Loose<Item>[]
      : T extends object
        ? { [Key in keyof T]?: Loose<T[Key]> }
        : T;
