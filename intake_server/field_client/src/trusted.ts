/**
 * What the policy of the page lets become more than text: addresses of workers that are
 * our own, and XML of a form, which is read and never shown.
 */

interface Policy {
  createScriptURL(url: string): string;
  createHTML(text: string): string;
}

interface TrustedTypes {
  createPolicy(name: string, rules: Policy): Policy;
}

const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
const rules: Policy = { createScriptURL: own, createHTML: (text) => text };
const policy: Policy = types?.createPolicy("dodomu", rules) ?? rules;

/** Only what is built with the page becomes a worker. */
function own(address: string): string {
  if (!address.startsWith("/field/")) throw new Error("not a file of the client");
  return address;
}

/** An address of ours that the policy of the page lets become a worker. */
export function script(address: string): string {
  return policy.createScriptURL(address);
}

/** Return a text as what may be read as XML; the document is never part of a page. */
export function markup(xml: string): string {
  return policy.createHTML(xml);
}
