/** A line of progress. On standard error: standard output belongs to the program that starts afterwards. */
export const say = (text) => process.stderr.write(`gantry set-up: ${text}\n`)
