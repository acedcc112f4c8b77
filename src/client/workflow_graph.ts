/** The graph of a workflow with the states of its tasks, to be looked at: as data, as Mermaid, and as DOT. @module */
import type { GraphEdge, GraphNode, WorkflowGraph } from "../canvas/handles.ts";

/** Nodes of one kind at the same place of the graph, drawn as one. */
interface Crowd {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
}

/** As many tasks of one name at the same place are drawn one by one; more are drawn as one, with how many there are. */
const MOST_DRAWN = 10;

/** The colours of the states: done, broken, under way. All others are grey. */
const COLOURS: ReadonlyMap<string, string> = new Map([
  ["SUCCESS", "#d5f0d5"],
  ["FAILURE", "#f8d0d0"],
  ["REVOKED", "#f3e3c3"],
  ["IGNORED", "#e6e6e6"],
  ["STARTED", "#d3e5fb"],
  ["PROGRESS", "#d3e5fb"],
  ["RETRY", "#fbeecb"],
]);

const ARROWS: Readonly<Record<GraphEdge["kind"], string>> = {
  result: "-->",
  member: "==>",
  failure: "-.->",
  sent: "-.-o",
};

const STYLES: Readonly<Record<GraphEdge["kind"], string>> = {
  result: "",
  member: " [style=bold]",
  failure: ' [style=dashed, color="#b00020"]',
  sent: " [style=dotted]",
};

/** The graph of a workflow. */
export class DrawnGraph implements WorkflowGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  #known: ReadonlyMap<string, string> | undefined;

  constructor(nodes: readonly GraphNode[], edges: readonly GraphEdge[]) {
    this.nodes = nodes;
    this.edges = edges;
  }

  mermaid(): string {
    const { crowds, edges } = this.#drawn();
    const boxes = crowds.map(({ name, nodes }) => `  ${name}["${labelOf(nodes, "<br/>")}"]`);
    const arrows = edges.map(({ from, to, kind }) => `  ${from} ${ARROWS[kind]} ${to}`);
    const colours = crowds.flatMap(({ name, nodes }) => {
      const colour = colourOf(nodes);
      return colour === undefined ? [] : [`  style ${name} fill:${colour}`];
    });
    return ["flowchart LR", ...boxes, ...arrows, ...colours].join("\n");
  }

  dot(): string {
    const { crowds, edges } = this.#drawn();
    const boxes = crowds.map(({ name, nodes }) => {
      const colour = colourOf(nodes);
      const fill = colour === undefined ? "" : `, style=filled, fillcolor="${colour}"`;
      return `  ${name} [shape=box, label="${labelOf(nodes, "\\n")}"${fill}];`;
    });
    const arrows = edges.map(({ from, to, kind }) => `  ${from} -> ${to}${STYLES[kind]};`);
    return ["digraph workflow {", "  rankdir=LR;", ...boxes, ...arrows, "}"].join("\n");
  }

  /** What is drawn: tasks of one name at the same place together, where there are many. */
  #drawn(): { crowds: readonly Crowd[]; edges: readonly GraphEdge[] } {
    const places = Map.groupBy(this.nodes, ({ id, task }) => `${task} ${this.#placeOf(id)}`);
    const groups = [...places.values()].flatMap((all) => all.length > MOST_DRAWN ? [all] : all.map((node) => [node]));
    const crowds = groups.map((nodes, index) => ({ name: `t${index}`, nodes }));
    const names = new Map(crowds.flatMap(({ name, nodes }) => nodes.map(({ id }) => [id, name])));
    const drawn = new Map<string, GraphEdge>();
    for (const { from, to, kind } of this.edges) {
      const edge = { from: names.get(from) ?? "", to: names.get(to) ?? "", kind };
      if (edge.from !== "" && edge.to !== "") drawn.set(`${edge.from} ${edge.to} ${kind}`, edge);
    }
    return { crowds, edges: [...drawn.values()] };
  }

  /** Where a task stands: who comes before it and who behind. */
  #placeOf(id: string): string {
    return this.#places().get(id) ?? "";
  }

  #places(): ReadonlyMap<string, string> {
    if (this.#known) return this.#known;
    const around = new Map<string, string[]>();
    const note = (id: string, words: string) => {
      const found = around.get(id);
      if (found) found.push(words);
      else around.set(id, [words]);
    };
    for (const { from, to, kind } of this.edges) {
      note(from, `>${to} ${kind}`);
      note(to, `<${from} ${kind}`);
    }
    return this.#known = new Map([...around].map(([id, words]) => [id, words.sort().join()]));
  }
}

/** What ends a label or means something in it, in Mermaid or in DOT: quotes, tags, entities, Markdown, lines. */
const MEANT = /["\\<>#&`\p{Cc}\u2028\u2029]/gu;

/** Names and states are words of users: nothing of them may end the label that they stand in. */
function shown(word: string | undefined): string {
  return `${word}`.replace(MEANT, "_");
}

/** What stands in the box of one task or of many: the name, how many, and the states. */
function labelOf(nodes: readonly GraphNode[], line: string): string {
  const [first] = nodes;
  const name = shown(first?.task);
  if (nodes.length === 1) return `${name}${line}${shown(first?.state)}`;
  const states = Map.groupBy(nodes, ({ state }) => shown(state));
  const counts = [...states].map(([state, some]) => `${some.length} ${state}`);
  return [`${name} × ${nodes.length}`, ...counts].join(line);
}

/** The colour of the worst state. */
function colourOf(nodes: readonly GraphNode[]): string | undefined {
  const states = new Set(nodes.map(({ state }) => state));
  if (states.size === 1) return COLOURS.get([...states][0] ?? "");
  const found = ["FAILURE", "REVOKED", "STARTED", "RETRY"].find((state) => states.has(state));
  return found && COLOURS.get(found);
}
