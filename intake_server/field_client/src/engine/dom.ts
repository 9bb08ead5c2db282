/**
 * The documents that the engine reads forms with, where a browser has none: in a worker.
 *
 * Imported before the engine, which looks for them as it starts.
 */
import { is, type Options, selectAll } from "css-select";
import { Document, DOMParser, Element, Node, parseXmlDocument, XMLSerializer } from "slimdom";

type Adapter = NonNullable<Options<Node, Element>["adapter"]>;

const adapter: Adapter = {
  isTag: (node): node is Element => node.nodeType === Node.ELEMENT_NODE,
  getAttributeValue: (element, name) => element.getAttribute(name) ?? undefined,
  hasAttrib: (element, name) => element.hasAttribute(name),
  getChildren: (node) => node.childNodes,
  getName: (element) => element.localName,
  getParent: (node) => node.parentNode,
  getSiblings: (node) => node.parentNode?.childNodes ?? [node],
  getText: (node) => node.textContent ?? "",
  removeSubsets: (nodes) => nodes,
};
const options = { adapter, xmlMode: true };

Object.defineProperties(Element.prototype, {
  matches: {
    value(this: Element, selector: string): boolean {
      return is<Node, Element>(this, selector, options);
    },
  },
  querySelector: {
    value(this: Element, selector: string): Element | null {
      return selected(this, selector)[0] ?? null;
    },
  },
  querySelectorAll: {
    value(this: Element, selector: string): Element[] {
      return selected(this, selector);
    },
  },
  innerHTML: {
    set(this: Element, markup: string) {
      this.replaceChildren(...parsed(this, markup));
    },
  },
});

function selected(from: Element, selector: string): Element[] {
  return selectAll<Node, Element>(selector, from.childNodes, { ...options, context: from });
}

/** What a text is as XML, in the namespace of an element; else the text as it is. */
function parsed(element: Element, markup: string): Node[] {
  try {
    const whole = parseXmlDocument(`<x xmlns="${element.namespaceURI ?? ""}">${markup}</x>`);
    const into = element.ownerDocument as Document;
    return [...(whole.documentElement?.childNodes ?? [])].map((node) => into.importNode(node, true));
  } catch {
    return [(element.ownerDocument as Document).createTextNode(markup)];
  }
}

// The engine asks for the name, which a build shortens.
Object.defineProperty(Node, "name", { value: "Node" });
Object.assign(globalThis, { DOMParser, XMLSerializer, Node, document: new Document() });
