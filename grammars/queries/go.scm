(function_declaration) @definition.function
(method_declaration) @definition.method
(type_spec) @definition.type
(type_alias) @definition.type
(var_spec) @definition.variable
(const_spec) @definition.variable
(import_spec) @import

;;; index only
(package_clause (package_identifier) @name) @definition.module
(field_declaration) @definition.property
(method_elem) @definition.method
(function_declaration) @local.scope
(method_declaration) @local.scope
(func_literal) @local.scope
(function_type) @local.scope
(method_elem) @local.scope

(identifier) @reference.use
(field_identifier) @reference.member
(type_identifier) @reference.type
(call_expression function: (identifier) @reference.method)
(call_expression function: (selector_expression field: (field_identifier) @reference.method))
(call_expression function: (index_expression operand: (identifier) @reference.method))
(struct_type (field_declaration_list (field_declaration !name type: (type_identifier) @reference.inherit)))
(struct_type (field_declaration_list (field_declaration !name type: (qualified_type name: (type_identifier) @reference.inherit))))
(interface_type (type_elem (type_identifier) @reference.inherit))
(interface_type (type_elem (qualified_type name: (type_identifier) @reference.inherit)))
(package_identifier) @ignore
(label_name) @ignore
(keyed_element key: (literal_element (identifier) @reference.member))
(type_parameter_declaration name: (identifier) @local.definition)
(parameter_declaration name: (identifier) @local.definition)
(variadic_parameter_declaration name: (identifier) @local.definition)
(short_var_declaration left: (expression_list (identifier) @local.definition))
(range_clause left: (expression_list (identifier) @local.definition))
(receive_statement left: (expression_list (identifier) @local.definition))
(type_switch_statement alias: (expression_list (identifier) @local.definition))
(var_spec name: (identifier) @local.definition)
(const_spec name: (identifier) @local.definition)
(import_spec path: (_) @module)
(import_spec name: (package_identifier) @import.alias)
(import_spec name: (dot) @import.all)
