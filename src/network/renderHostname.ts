/** A container's `/etc/hostname`: the name alone, whatever the domain. */
export const renderHostname = (hostname: string): string => `${hostname}\n`
