/** A proxy's address without the name and password in it, as Docker shows it. */
export const maskCredentials = (address: string): string =>
  address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/i, "$1xxxxx:xxxxx@")
