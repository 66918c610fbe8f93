/** Which of an answer's shapes a version gets: how many of the rules hold for it. Rules go from old to new. */
export const shapeIndex = (rules: ReadonlyArray<{ readonly below: number }>, version: number): number => {
  let index = 0
  for (const { below } of rules) if (version < below) index++
  return index
}
