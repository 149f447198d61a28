(class_definition) @definition.class
(object_definition) @definition.class
(package_object) @definition.module
(trait_definition) @definition.interface
(enum_definition) @definition.enum
(given_definition name: (identifier)) @definition.class
(extension_definition parameters: (parameters (parameter type: [(type_identifier) @name (generic_type type: (_) @name)]))) @definition.scope
(function_definition) @definition.function
(function_declaration) @definition.function
(val_definition pattern: (identifier) @name) @definition.property
(var_definition pattern: (identifier) @name) @definition.property
(val_declaration name: (identifier) @name) @definition.property
(var_declaration name: (identifier) @name) @definition.property
(type_definition) @definition.type
(import_declaration) @import

;;; index only
(package_clause name: (_) @name) @definition.module
(class_parameter ["val" "var"] name: (identifier) @name) @definition.property
(class_definition "case" class_parameters: (class_parameters (class_parameter name: (identifier) @name) @definition.property))
(simple_enum_case name: (identifier) @name) @definition.property
(full_enum_case name: (identifier) @name) @definition.property
(function_definition) @local.scope
(function_declaration) @local.scope
(lambda_expression) @local.scope
(case_clause) @local.scope
(for_expression) @local.scope
(block) @local.scope

(identifier) @reference.use
(type_identifier) @reference.type
(field_expression field: (identifier) @reference.member)
(call_expression function: (identifier) @reference.call)
(call_expression function: (field_expression field: (identifier) @reference.method))
(call_expression function: (generic_function function: (identifier) @reference.call))
(call_expression function: (generic_function function: (field_expression field: (identifier) @reference.method)))
(infix_expression operator: (identifier) @reference.method)
(instance_expression (type_identifier) @reference.call)
(instance_expression (generic_type type: (type_identifier) @reference.call))
(annotation name: (type_identifier) @reference.method)
(extends_clause (type_identifier) @reference.inherit)
(extends_clause (generic_type type: (type_identifier) @reference.inherit))
(extends_clause (stable_type_identifier (type_identifier) @reference.inherit .))
(derives_clause (type_identifier) @reference.inherit)
(package_identifier (identifier) @ignore)
(arguments (assignment_expression left: (identifier) @ignore))
(parameter name: (identifier) @local.definition)
(class_parameter name: (identifier) @local.definition)
(binding name: (identifier) @local.definition)
(lambda_expression parameters: (identifier) @local.definition)
(enumerator . (identifier) @local.definition)
(val_definition pattern: (identifier) @local.definition)
(var_definition pattern: (identifier) @local.definition)
(tuple_pattern (identifier) @local.definition)
(typed_pattern pattern: (identifier) @local.definition)
(capture_pattern name: (identifier) @local.definition)
(case_class_pattern pattern: (identifier) @local.definition)
(case_clause pattern: (identifier) @local.definition)
(type_parameters name: (identifier) @local.definition)
(namespace_selectors (identifier) @reference.import)
(arrow_renamed_identifier name: (identifier) @reference.import alias: (identifier) @import.alias)
(as_renamed_identifier name: (identifier) @reference.import alias: (identifier) @import.alias)
(import_declaration path: (identifier) @reference.import)
