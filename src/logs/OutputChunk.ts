/** Bytes that a process wrote to one of its outputs, in one piece as they were read. */
export interface OutputChunk {
  readonly stream: "stdout" | "stderr"
  readonly bytes: Uint8Array
}

export const byteLengthOf = (batch: ReadonlyArray<OutputChunk>): number => {
  let total = 0
  for (const chunk of batch) total += chunk.bytes.length
  return total
}
