(class_declaration) @definition.class
(record_declaration) @definition.class
(interface_declaration) @definition.interface
(annotation_type_declaration) @definition.interface
(enum_declaration) @definition.enum
(method_declaration) @definition.method
(constructor_declaration) @definition.method
(compact_constructor_declaration) @definition.method
(import_declaration) @import

;;; index only
(package_declaration (_) @name) @definition.module
(field_declaration) @definition.property
(constant_declaration) @definition.property
(enum_constant) @definition.property
(record_declaration parameters: (formal_parameters (formal_parameter) @definition.property))
(annotation_type_element_declaration) @definition.method
(method_declaration) @local.scope
(constructor_declaration) @local.scope
(compact_constructor_declaration) @local.scope
(lambda_expression) @local.scope
(static_initializer) @local.scope

(identifier) @reference.use
(type_identifier) @reference.type
(method_invocation name: (identifier) @reference.method)
(method_reference (_) (identifier) @reference.method)
(object_creation_expression type: (type_identifier) @reference.call)
(object_creation_expression type: (generic_type (type_identifier) @reference.call))
(object_creation_expression type: (scoped_type_identifier (type_identifier) @reference.call .))
(marker_annotation name: (identifier) @reference.method)
(annotation name: (identifier) @reference.method)
(field_access field: (identifier) @reference.member)
(element_value_pair key: (identifier) @ignore)
(superclass (type_identifier) @reference.inherit)
(superclass (generic_type (type_identifier) @reference.inherit))
(superclass (scoped_type_identifier (type_identifier) @reference.inherit .))
(type_list (type_identifier) @reference.inherit)
(type_list (generic_type (type_identifier) @reference.inherit))
(type_list (scoped_type_identifier (type_identifier) @reference.inherit .))
(type_parameter (type_identifier) @local.definition)
(formal_parameter name: (identifier) @local.definition)
(spread_parameter (variable_declarator name: (identifier) @local.definition))
(catch_formal_parameter name: (identifier) @local.definition)
(inferred_parameters (identifier) @local.definition)
(lambda_expression parameters: (identifier) @local.definition)
(local_variable_declaration declarator: (variable_declarator name: (identifier) @local.definition))
(enhanced_for_statement name: (identifier) @local.definition)
(resource name: (identifier) @local.definition)
(instanceof_expression name: (identifier) @local.definition)
(record_pattern_component (identifier) @local.definition)
(type_pattern (identifier) @local.definition)
(labeled_statement (identifier) @ignore)
(break_statement (identifier) @ignore)
(continue_statement (identifier) @ignore)
(import_declaration (scoped_identifier name: (identifier) @reference.import) .)
(import_declaration [(identifier) (scoped_identifier)] @module)
(import_declaration (asterisk) @import.all)
