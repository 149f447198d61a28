(function_definition) @definition.function
(class_definition) @definition.class
(assignment) @definition.variable
(import_statement) @import
(import_from_statement) @import

;;; index only
(function_definition) @local.scope
(lambda) @local.scope
(list_comprehension) @local.scope
(set_comprehension) @local.scope
(dictionary_comprehension) @local.scope
(generator_expression) @local.scope

(identifier) @reference.use
(call function: (identifier) @reference.call)
(decorator (identifier) @reference.call)
(attribute attribute: (identifier) @reference.member)
(call function: (attribute attribute: (identifier) @reference.method))
(class_definition superclasses: (argument_list (identifier) @reference.inherit))
(class_definition superclasses: (argument_list (attribute attribute: (identifier) @reference.inherit)))
(class_definition superclasses: (argument_list (subscript value: (identifier) @reference.inherit)))
(keyword_argument name: (identifier) @ignore)

(parameters (identifier) @local.definition)
(lambda_parameters (identifier) @local.definition)
(default_parameter name: (identifier) @local.definition)
(typed_parameter (identifier) @local.definition)
(typed_default_parameter name: (identifier) @local.definition)
(list_splat_pattern (identifier) @local.definition)
(dictionary_splat_pattern (identifier) @local.definition)
(assignment left: (identifier) @local.definition)
(augmented_assignment left: (identifier) @local.definition)
(named_expression name: (identifier) @local.definition)
(for_statement left: (identifier) @local.definition)
(for_in_clause left: (identifier) @local.definition)
(pattern_list (identifier) @local.definition)
(tuple_pattern (identifier) @local.definition)
(list_pattern (identifier) @local.definition)
(as_pattern_target (identifier) @local.definition)
(as_pattern_target (tuple (identifier) @local.definition))
(global_statement (identifier) @local.outer)

(case_pattern (dotted_name . (identifier) @local.definition .))
(class_pattern (dotted_name (identifier) @reference.call))
(import_from_statement name: (dotted_name (identifier) @reference.import))
(import_from_statement name: (aliased_import name: (dotted_name (identifier) @reference.import)))
(import_from_statement name: (aliased_import alias: (identifier) @import.alias))
(import_statement name: (dotted_name) @module)
(import_statement name: (aliased_import name: (dotted_name) @module))
(import_from_statement module_name: (_) @module)
(import_from_statement (wildcard_import) @import.all)
(future_import_statement name: (dotted_name (identifier) @ignore))
