(function_declaration) @definition.function
(assignment_statement) @definition.variable
(field) @definition.property
((function_call name: (identifier) @_require) @import (#eq? @_require "require"))

;;; index only
(function_declaration) @local.scope
(function_definition) @local.scope
(for_statement) @local.scope

(identifier) @reference.use
(dot_index_expression field: (identifier) @reference.member)
(method_index_expression method: (identifier) @reference.method)
(function_call name: (identifier) @reference.call)
(function_call name: (dot_index_expression field: (identifier) @reference.method))
(field name: (identifier) @ignore)
((field name: (identifier) @ignore value: (identifier) @reference.inherit) (#eq? @ignore "__index"))
(parameters name: (identifier) @local.definition)
(variable_declaration (assignment_statement (variable_list name: (identifier) @local.definition)))
(variable_declaration (variable_list name: (identifier) @local.definition))
(for_generic_clause (variable_list name: (identifier) @local.definition))
(for_numeric_clause name: (identifier) @local.definition)
((function_call name: (identifier) @ignore arguments: (arguments . (string content: (string_content) @module)))
  (#eq? @ignore "require"))
