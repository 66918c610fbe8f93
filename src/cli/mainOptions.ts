import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as Digest from "effect/crypto/Digest"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { HostFacts } from "../host/HostFacts.ts"

/** What every command may ask for. */
export const surroundings = HostFacts.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(NodeServices.layer, Digest.layerWebCrypto))
)

/**
 * How the process ends: a failure was told in a line of its own already, and an end that was asked for (a signal) is a
 * good one, since service managers look at the code.
 */
export const mainOptions = {
  disableErrorReporting: true,
  teardown: <E, A>(exit: Exit.Exit<E, A>, onExit: (code: number) => void): void =>
    onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
}
