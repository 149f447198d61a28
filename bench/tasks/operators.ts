/**
 * The mutation operators: small changes of one syntax node each, the classical method-level list of Offutt et al. for Mothra ("An
 * experimental determination of sufficient mutant operators", 1996) as PIT and mutmut have it today. They work on the nodes of
 * the project's own grammars; a change whose text does not parse is none.
 *
 *   AOR  arithmetic operator         ROR  relational operator        COR  conditional operator (and, or)
 *   ASR  compound assignment         UOI  negation of a condition    UOD  negation removed
 *   CRP  whole number +1, -1         OBO  bound of a range, slice or index +1, -1
 *   BLR  true and false              RVR  returned value replaced    SDL  simple statement deleted
 *   INC  ++ and --                   BCR  break and continue
 */
import type { Node } from "web-tree-sitter";
import { languageOf, loadLanguage, withTree } from "../../src/graph/syntax/languages.ts";
import { parse } from "../../src/graph/syntax/parse.ts";
import type { Language } from "./task.ts";

export interface Mutation {
  operator: string;
  /** Offsets in the text, and what stands there instead. */
  start: number;
  end: number;
  by: string;
  line: number;
}

type Swaps = Record<string, string[]>;

const AOR: Swaps = { "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "//": ["*"], "%": ["*"], "**": ["*"] };
const ROR: Swaps = {
  "<": ["<=", ">"],
  "<=": ["<", ">="],
  ">": [">=", "<"],
  ">=": [">", "<="],
  "==": ["!="],
  "!=": ["=="],
  "===": ["!=="],
  "!==": ["==="],
  in: ["not in"],
  "not in": ["in"],
};
const COR: Swaps = { "&&": ["||"], "||": ["&&"], and: ["or"], or: ["and"] };
const ASR: Swaps = { "+=": ["-="], "-=": ["+="], "*=": ["/="], "/=": ["*="], "%=": ["*="], "//=": ["*="] };
const INC: Swaps = { "++": ["--"], "--": ["++"] };

/** By the type of the node that an operator's token is a child of. */
const TOKENS: [RegExp, [string, Swaps][]][] = [
  [
    /^(binary_expression|binary_operator|comparison_operator|boolean_operator)$/,
    [
      ["AOR", AOR],
      ["ROR", ROR],
      ["COR", COR],
    ],
  ],
  [
    /^(augmented_assignment(_expression)?|assignment_(expression|statement)|compound_assignment_expr)$/,
    [["ASR", ASR]],
  ],
  [/^(update_expression|inc_statement|dec_statement)$/, [["INC", INC]]],
];

const NUMBER = /^(integer|int_literal|integer_literal|decimal_integer_literal|number|number_literal)$/;
const TRUTH: Record<string, string> = { true: "false", false: "true", True: "False", False: "True" };
const CONDITIONAL = /^(if_statement|elif_clause|while_statement|if_expression|while_expression)$/;
const STATEMENT = /^(expression_statement|assignment_statement|inc_statement|dec_statement|assignment)$/;
const JUMPS: Record<string, string> = { break_statement: "continue", continue_statement: "break" };
const NOTHING: Partial<Record<Language, string>> = { python: "None", javascript: "null" };

const places = (node: Node, operator: string, by: string): Mutation => ({
  operator,
  start: node.startIndex,
  end: node.endIndex,
  by,
  line: node.startPosition.row + 1,
});

function tokens(node: Node): Mutation[] {
  const row = TOKENS.find(([type]) => type.test(node.type));
  if (row === undefined) return [];
  return node.children.flatMap((child) =>
    child === null || child.isNamed
      ? []
      : row[1].flatMap(([operator, swaps]) =>
          (swaps[child.type] ?? []).map((by) => places(child, operator, by)),
        ),
  );
}

function constants(node: Node): Mutation[] {
  const truth = TRUTH[node.text];
  if (
    truth !== undefined &&
    node.namedChildCount === 0 &&
    /^(true|false|boolean_literal|True|False)$/.test(node.type)
  )
    return [places(node, "BLR", truth)];
  if (!NUMBER.test(node.type) || !/^\d{1,6}$/.test(node.text)) return [];
  const value = Number(node.text);
  return [value + 1, ...(value > 0 ? [value - 1] : [])].map((by) => places(node, "CRP", String(by)));
}

/** What bounds a range or picks an element, one further and one less. */
function bounds(node: Node): Mutation[] {
  const bound = (() => {
    if (/^(slice|slice_expression|range_expression|subscript_argument_list)$/.test(node.type))
      return node.namedChildren;
    if (/^(subscript|subscript_expression|index_expression|array_access)$/.test(node.type))
      return node.namedChildren.slice(1);
    if (node.type === "call" && node.childForFieldName("function")?.text === "range")
      return node.childForFieldName("arguments")?.namedChildren ?? [];
    return [];
  })();
  return bound.flatMap((one) =>
    one === null ||
    NUMBER.test(one.type) ||
    !/^(identifier|call|call_expression|attribute|field_expression|selector_expression|member_expression|binary_operator|binary_expression|method_invocation)$/.test(
      one.type,
    )
      ? []
      : ["+ 1", "- 1"].map((by) => places(one, "OBO", `${one.text} ${by}`)),
  );
}

function conditions(node: Node, language: Language): Mutation[] {
  const condition = CONDITIONAL.test(node.type) ? node.childForFieldName("condition") : null;
  const removed =
    node.type === "not_operator" || (/^unary_expression$/.test(node.type) && node.firstChild?.type === "!")
      ? [places(node, "UOD", node.lastChild?.text ?? "")]
      : [];
  if (condition === null || /^let_/.test(condition.type)) return removed;
  const inner = /^parenthesized_expression|condition_clause$/.test(condition.type)
    ? condition.text.slice(1, -1)
    : condition.text;
  const negated = language === "python" ? `not (${inner})` : `!(${inner})`;
  const by = inner === condition.text ? negated : `(${negated})`;
  return [...removed, places(condition, "UOI", by)];
}

function statements(node: Node, language: Language): Mutation[] {
  const jump = JUMPS[node.type];
  if (jump !== undefined && /^(break|continue)\b/.test(node.text))
    return [places(node, "BCR", node.text.replace(/^(break|continue)/, jump))];
  if (node.type === "return_statement") {
    const nothing = NOTHING[language];
    const value = node.namedChildren[0];
    if (nothing === undefined || !value || value.text === nothing) return [];
    return [places(value, "RVR", nothing)];
  }
  const simple = STATEMENT.test(node.type) && node.parent !== null && !STATEMENT.test(node.parent.type);
  const isText = /^(string|template_string)/.test(node.firstNamedChild?.type ?? "");
  // At the top of a file it would be a definition of sorts.
  const inside =
    node.parent !== null && !/^(module|program|source_file|translation_unit)$/.test(node.parent.type);
  const jumps = /^(return|break|continue|match|if|for|while|loop)_expression$/.test(
    node.firstNamedChild?.type ?? "",
  );
  if (!simple || !inside || isText || jumps) return [];
  return [places(node, "SDL", language === "python" ? "pass" : "")];
}

/** Every mutation of this text by the operators, from its beginning to its end. */
export async function mutationsOf(path: string, text: string, language: Language): Promise<Mutation[]> {
  const grammar = languageOf(path);
  if (grammar === null) return [];
  const found: Mutation[] = [];
  const visit = (node: Node): void => {
    found.push(
      ...tokens(node),
      ...constants(node),
      ...bounds(node),
      ...conditions(node, language),
      ...statements(node, language),
    );
    for (const child of node.namedChildren) if (child !== null) visit(child);
  };
  withTree(await loadLanguage(grammar), text, visit);
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The text with the mutation; null where it does not parse. */
export async function mutated(
  path: string,
  text: string,
  { start, end, by }: Mutation,
): Promise<string | null> {
  const changed = text.slice(0, start) + by + text.slice(end);
  const parsed = await parse(path, changed);
  return parsed === null || parsed.errors.length > 0 || changed === text ? null : changed;
}
