(function_declaration) @definition.function
(generator_function_declaration) @definition.function
(class_declaration) @definition.class
(method_definition) @definition.method
(field_definition) @definition.property
(variable_declarator) @definition.variable
(assignment_expression) @definition.variable
(import_statement) @import
((export_statement) @import (#match? @import "^export\\s*(type\\s*)?([*]|[{][^}]*[}]\\s*from)"))
((variable_declarator) @import (#match? @import "^[^=]*=\\s*require\\("))

;;; index only
(variable_declarator value: [(arrow_function) (function_expression)]) @definition.function
(assignment_expression left: (member_expression) right: [(arrow_function) (function_expression) (generator_function)]) @definition.function
(pair key: (property_identifier) value: [(arrow_function) (function_expression)]) @definition.property

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
(class_heritage (identifier) @reference.inherit)
(class_heritage (member_expression property: (property_identifier) @reference.inherit))
(class_heritage (call_expression arguments: (arguments (identifier) @reference.inherit)))
(formal_parameters (identifier) @local.definition)
