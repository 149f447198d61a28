(function_declaration) @definition.function
(generator_function_declaration) @definition.function
(function_signature) @definition.function
(class_declaration) @definition.class
(abstract_class_declaration) @definition.class
(interface_declaration) @definition.interface
(type_alias_declaration) @definition.type
(enum_declaration) @definition.enum
(internal_module) @definition.module
(module) @definition.module
(method_definition) @definition.method
(method_signature) @definition.method
(abstract_method_signature) @definition.method
(public_field_definition) @definition.property
(variable_declarator) @definition.variable
(assignment_expression) @definition.variable
(import_statement) @import
((export_statement) @import (#match? @import "^export\\s*(type\\s*)?([*]|[{][^}]*[}]\\s*from)"))
((variable_declarator) @import (#match? @import "^[^=]*=\\s*require\\("))

;;; index only
(variable_declarator value: [(arrow_function) (function_expression)]) @definition.function
(assignment_expression left: (member_expression) right: [(arrow_function) (function_expression) (generator_function)]) @definition.function
(pair key: (property_identifier) value: [(arrow_function) (function_expression)]) @definition.property
(property_signature) @definition.property
(required_parameter (accessibility_modifier) pattern: (identifier) @name) @definition.field
(optional_parameter (accessibility_modifier) pattern: (identifier) @name) @definition.field
(enum_assignment) @definition.property
(enum_body (property_identifier) @definition.property)
(ambient_declaration (function_signature) @definition.function)

(function_declaration) @local.scope
(generator_function_declaration) @local.scope
(function_expression) @local.scope
(generator_function) @local.scope
(arrow_function) @local.scope
(method_definition) @local.scope
(for_in_statement) @local.scope
(for_statement) @local.scope
(catch_clause) @local.scope

(identifier) @reference.use
(shorthand_property_identifier) @reference.use
(property_identifier) @reference.member
(private_property_identifier) @reference.member
(call_expression function: (identifier) @reference.call)
(call_expression function: (member_expression property: (property_identifier) @reference.method))
(call_expression function: (member_expression property: (private_property_identifier) @reference.method))
(new_expression constructor: (identifier) @reference.call)
(new_expression constructor: (member_expression property: (property_identifier) @reference.method))
(decorator (identifier) @reference.call)
(pair key: (property_identifier) @ignore)
(statement_identifier) @ignore
(type_identifier) @reference.type
(predefined_type) @ignore
(type_parameter name: (type_identifier) @local.definition)
(class_heritage (extends_clause value: (identifier) @reference.inherit))
(class_heritage (extends_clause value: (member_expression property: (property_identifier) @reference.inherit)))
(implements_clause (type_identifier) @reference.inherit)
(implements_clause (generic_type name: (type_identifier) @reference.inherit))
(extends_type_clause (type_identifier) @reference.inherit)
(extends_type_clause (generic_type name: (type_identifier) @reference.inherit))
(required_parameter pattern: (identifier) @local.definition)
(optional_parameter pattern: (identifier) @local.definition)
(import_require_clause (identifier) @reference.import)
(import_require_clause source: (string) @module)
