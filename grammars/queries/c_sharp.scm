(class_declaration) @definition.class
(struct_declaration) @definition.class
(record_declaration) @definition.class
(interface_declaration) @definition.interface
(enum_declaration) @definition.enum
(delegate_declaration) @definition.type
(namespace_declaration) @definition.module
(method_declaration) @definition.method
(constructor_declaration) @definition.method
(local_function_statement) @definition.function
(property_declaration) @definition.property
(using_directive) @import

;;; index only
(file_scoped_namespace_declaration) @definition.module
(destructor_declaration) @definition.method
(event_declaration) @definition.property
(event_field_declaration (variable_declaration (variable_declarator) @definition.property))
(field_declaration (variable_declaration (variable_declarator) @definition.property))
(enum_member_declaration) @definition.property
(record_declaration (parameter_list (parameter) @definition.property))
(method_declaration) @local.scope
(constructor_declaration) @local.scope
(destructor_declaration) @local.scope
(operator_declaration) @local.scope
(indexer_declaration) @local.scope
(accessor_declaration) @local.scope
(local_function_statement) @local.scope
(lambda_expression) @local.scope
(anonymous_method_expression) @local.scope
(delegate_declaration) @local.scope

(identifier) @reference.use
(member_access_expression name: (identifier) @reference.member)
(member_binding_expression name: (identifier) @reference.member)
(qualified_name name: (identifier) @reference.member)
(type_argument_list (identifier) @reference.type)
(object_creation_expression type: (identifier) @reference.method)
(object_creation_expression type: (generic_name (identifier) @reference.method))
(object_creation_expression type: (qualified_name name: (identifier) @reference.method))
(invocation_expression function: (identifier) @reference.method)
(invocation_expression function: (generic_name (identifier) @reference.method))
(invocation_expression function: (member_access_expression name: (identifier) @reference.method))
(invocation_expression function: (member_access_expression name: (generic_name (identifier) @reference.method)))
(invocation_expression function: (conditional_access_expression (member_binding_expression name: (identifier) @reference.method)))
(conditional_access_expression (invocation_expression function: (member_binding_expression name: (identifier) @reference.method)))
(attribute name: (identifier) @reference.method)
(base_list (identifier) @reference.inherit)
(base_list (generic_name (identifier) @reference.inherit))
(base_list (qualified_name name: (identifier) @reference.inherit))
(base_list (primary_constructor_base_type type: (identifier) @reference.inherit))
(argument name: (identifier) @ignore)
(implicit_type) @ignore
(parameter name: (identifier) @local.definition)
(implicit_parameter) @local.definition
(type_parameter name: (identifier) @local.definition)
(variable_declarator name: (identifier) @local.definition)
(foreach_statement left: (identifier) @local.definition)
(catch_declaration name: (identifier) @local.definition)
(declaration_expression name: (identifier) @local.definition)
(declaration_pattern name: (identifier) @local.definition)
(parenthesized_variable_designation name: (identifier) @local.definition)
(from_clause name: (identifier) @local.definition)
(using_directive name: (identifier) @import.alias)
(using_directive [(identifier) (qualified_name)] @module @import.all .)
