import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { renderHostNetworkHosts, renderHosts } from "../../../src/network/renderHosts.ts"

const file = {
  hostname: "web",
  domainname: "",
  addresses: ["172.17.0.2"],
  extraHosts: [],
  hostGateway: Option.some("172.17.0.1"),
  ipv6Loopback: true
}

describe("renderHosts", () => {
  it("writes loopback first and the container's own address last, as Docker does", () => {
    assert.strictEqual(renderHosts(file), [
      "127.0.0.1\tlocalhost",
      "::1\tlocalhost ip6-localhost ip6-loopback",
      "fe00::\tip6-localnet",
      "ff00::\tip6-mcastprefix",
      "ff02::1\tip6-allnodes",
      "ff02::2\tip6-allrouters",
      "172.17.0.2\tweb",
      ""
    ].join("\n"))
  })

  it("puts the full name before the short one", () => {
    assert.include(renderHosts({ ...file, domainname: "example.org" }), "172.17.0.2\tweb.example.org web\n")
  })

  it("leaves IPv6 names out where loopback has no IPv6, and the own name where there is no address", () => {
    assert.strictEqual(renderHosts({ ...file, ipv6Loopback: false, addresses: [] }), "127.0.0.1\tlocalhost\n")
  })

  it("adds the user's hosts, also IPv6 ones, and knows host-gateway", () => {
    const text = renderHosts({
      ...file,
      ipv6Loopback: false,
      extraHosts: ["db:10.0.0.5", "six:2001:db8::1", "seven:[2001:db8::2]", "host.docker.internal:host-gateway"]
    })
    assert.strictEqual(
      text,
      "127.0.0.1\tlocalhost\n10.0.0.5\tdb\n2001:db8::1\tsix\n2001:db8::2\tseven\n" +
        "172.17.0.1\thost.docker.internal\n172.17.0.2\tweb\n"
    )
  })

  it("copies the host's file in mode host, unless the user adds names", () => {
    const own = "127.0.0.1 localhost\n10.9.8.7 fileserver\n"
    assert.strictEqual(renderHostNetworkHosts(own, file), own)
    const added = renderHostNetworkHosts(own, { ...file, ipv6Loopback: false, extraHosts: ["db:10.0.0.5"] })
    assert.strictEqual(added, "127.0.0.1\tlocalhost\n10.0.0.5\tdb\n")
  })
})
