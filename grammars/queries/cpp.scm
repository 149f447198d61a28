(function_definition) @definition.function
(class_specifier) @definition.class
(struct_specifier) @definition.class
(union_specifier) @definition.class
(enum_specifier) @definition.enum
(namespace_definition) @definition.module
(type_definition) @definition.type
(alias_declaration) @definition.type
(concept_definition) @definition.type
(preproc_function_def) @definition.function
(preproc_def) @definition.variable
(init_declarator) @definition.variable
(preproc_include) @import

;;; index only
(declaration) @definition.variable
(field_declaration) @definition.property
(enumerator) @definition.property
(preproc_def) @definition.field
(lambda_expression) @local.scope
(for_range_loop) @local.scope
(function_definition) @local.scope
(identifier) @reference.use
(type_identifier) @reference.type
(field_identifier) @reference.member
(call_expression function: (identifier) @reference.method)
(call_expression function: (field_expression field: (field_identifier) @reference.method))
(field_designator (field_identifier) @reference.member)
(statement_identifier) @ignore
(preproc_params (identifier) @local.definition)
(parameter_declaration declarator: (identifier) @local.definition)
(init_declarator declarator: (identifier) @local.definition)
(declaration declarator: (identifier) @local.definition)
(pointer_declarator declarator: (identifier) @local.definition)
(array_declarator declarator: (identifier) @local.definition)
(parenthesized_declarator (identifier) @local.definition)
(function_declarator declarator: (identifier) @ignore)
(preproc_include path: (_) @module @import.all)
(namespace_identifier) @reference.type
(call_expression function: (qualified_identifier name: (identifier) @reference.method))
(call_expression function: (template_function name: (identifier) @reference.method))
(call_expression function: (qualified_identifier name: (template_function name: (identifier) @reference.method)))
(call_expression function: (field_expression field: (template_method name: (field_identifier) @reference.method)))
(new_expression type: (type_identifier) @reference.call)
(new_expression type: (qualified_identifier name: (type_identifier) @reference.call))
(base_class_clause (type_identifier) @reference.inherit)
(base_class_clause (template_type name: (type_identifier) @reference.inherit))
(base_class_clause (qualified_identifier name: (type_identifier) @reference.inherit))
(base_class_clause (qualified_identifier name: (template_type name: (type_identifier) @reference.inherit)))
(qualified_identifier name: (identifier) @reference.member)
(call_expression function: (qualified_identifier name: (identifier) @reference.method))
(optional_parameter_declaration declarator: (identifier) @local.definition)
(variadic_declarator (identifier) @local.definition)
(reference_declarator (identifier) @local.definition)
(structured_binding_declarator (identifier) @local.definition)
(for_range_loop declarator: (identifier) @local.definition)
(type_parameter_declaration (type_identifier) @local.definition)
(optional_type_parameter_declaration name: (type_identifier) @local.definition)
(variadic_type_parameter_declaration (type_identifier) @local.definition)
(destructor_name (identifier) @ignore)
