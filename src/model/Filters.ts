/** `filters` of a list or prune call: for each key the values asked for, any of which may match. */
export type Filters = ReadonlyMap<string, ReadonlyArray<string>>
