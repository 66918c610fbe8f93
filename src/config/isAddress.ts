const isIpv4 = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split(".").every((part) => Number(part) <= 255)

/** The version of an IP address, without a zone; 0 if the text is none. */
export const addressVersion = (text: string): 0 | 4 | 6 => {
  if (isIpv4(text)) return 4
  if (!/^[0-9a-f:.]{2,45}$/i.test(text)) return 0
  return URL.canParse(`http://[${text}]/`) ? 6 : 0
}

export const isAddress = (text: string): boolean => addressVersion(text) !== 0
