(class_declaration declaration_kind: "class") @definition.class
(class_declaration declaration_kind: "struct") @definition.class
(class_declaration declaration_kind: "actor") @definition.class
(class_declaration declaration_kind: "enum") @definition.enum
(class_declaration declaration_kind: "extension") @definition.scope
(protocol_declaration) @definition.interface
(function_declaration) @definition.function
(protocol_function_declaration) @definition.method
(deinit_declaration "deinit" @name) @definition.method
(subscript_declaration "subscript" @name) @definition.method
(property_declaration) @definition.property
(protocol_property_declaration) @definition.property
(typealias_declaration) @definition.type
(associatedtype_declaration) @definition.type
(import_declaration) @import

;;; index only
(enum_entry) @definition.property
(function_declaration) @local.scope
(protocol_function_declaration) @local.scope
(deinit_declaration) @local.scope
(subscript_declaration) @local.scope
(computed_property) @local.scope
(lambda_literal) @local.scope
(for_statement) @local.scope
(catch_block) @local.scope

(simple_identifier) @reference.use
(type_identifier) @reference.type
(navigation_suffix suffix: (simple_identifier) @reference.member)
(prefix_expression target: (simple_identifier) @reference.member)
(switch_pattern (pattern (simple_identifier) @reference.member))
(call_expression . (simple_identifier) @reference.call)
(call_expression . (simple_identifier) @reference.use (call_suffix (value_arguments "[")))
(call_expression . (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @reference.method)))
(constructor_expression constructed_type: (user_type (type_identifier) @reference.call .))
(attribute (user_type (type_identifier) @reference.method))
(inheritance_specifier inherits_from: (user_type (type_identifier) @reference.inherit .))
(value_argument_label (simple_identifier) @ignore)
(enum_type_parameters (simple_identifier) @ignore)
(parameter external_name: (simple_identifier) @ignore)
(parameter name: (simple_identifier) @local.definition)
(lambda_parameter name: (simple_identifier) @local.definition)
(_ bound_identifier: (simple_identifier) @local.definition)
(type_parameter . (type_identifier) @local.definition)
(import_declaration (identifier) @module)
(import_declaration (identifier (simple_identifier) (simple_identifier) @reference.import .))
