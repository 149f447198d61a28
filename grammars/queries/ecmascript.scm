(function_expression name: (identifier) @local.definition)
(variable_declarator name: (identifier) @local.definition)
(array_pattern (identifier) @local.definition)
(shorthand_property_identifier_pattern) @local.definition
(pair_pattern value: (identifier) @local.definition)
(assignment_pattern left: (identifier) @local.definition)
(rest_pattern (identifier) @local.definition)
(for_in_statement left: (identifier) @local.definition)
(catch_clause parameter: (identifier) @local.definition)
(arrow_function parameter: (identifier) @local.definition)
(object_assignment_pattern left: (shorthand_property_identifier_pattern) @local.definition)

(import_statement source: (string) @module)
(import_clause (identifier) @reference.import)
(import_specifier name: (identifier) @reference.import)
(import_specifier alias: (identifier) @import.alias)
(namespace_import) @import.all
(export_statement source: (string) @module)
(export_statement "*" @import.all source: (string))
(namespace_export) @import.all
(export_specifier alias: (identifier) @ignore)
(export_statement (export_clause (export_specifier name: (identifier) @reference.import)) source: (string))
((call_expression function: (identifier) @ignore arguments: (arguments . (string) @module)) (#eq? @ignore "require"))
(call_expression function: (import) arguments: (arguments . (string) @module))
((variable_declarator name: (identifier) @reference.import
  value: (call_expression function: (identifier) @_require arguments: (arguments . (string)))) (#eq? @_require "require"))
((variable_declarator name: (object_pattern [
    (shorthand_property_identifier_pattern) @reference.import
    (pair_pattern key: (property_identifier) @reference.import value: (identifier) @import.alias)])
  value: (call_expression function: (identifier) @_require arguments: (arguments . (string)))) (#eq? @_require "require"))
((variable_declarator value: (member_expression object: (call_expression function: (identifier) @_require)
  property: (property_identifier) @reference.import)) (#eq? @_require "require"))
