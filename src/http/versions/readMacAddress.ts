const spellings = [
  /^[0-9a-f]{2}(?:(?::[0-9a-f]{2})+|(?:-[0-9a-f]{2})+)$/i,
  /^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i
]
/** The lengths that Go reads, in bytes: EUI-48, EUI-64, InfiniBand. */
const readable = [6, 8, 20]

/**
 * Reads a hardware address in any of Go's spellings: lower case with colons, or why not. What the kernel would
 * refuse at start is refused here: other lengths than six bytes, group addresses, and zeros.
 */
export const readMacAddress = (text: string): { readonly address: string } | { readonly refusal: string } => {
  const digits = text.replace(/[:.-]/g, "").toLowerCase()
  const bytes = digits.match(/../g) ?? []
  if (!spellings.some((spelling) => spelling.test(text)) || !readable.includes(bytes.length)) {
    return { refusal: `invalid JSON: address ${text}: invalid MAC address` }
  }
  if (bytes.length !== 6) return { refusal: "invalid MAC address: must be 6 bytes" }
  const first = Number.parseInt(bytes[0] ?? "", 16)
  if (first % 2 === 1 || digits === "000000000000") {
    return { refusal: "invalid MAC address: must be a unicast address" }
  }
  return { address: bytes.join(":") }
}
