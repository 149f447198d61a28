(function_definition) @definition.function
(method_declaration) @definition.method
(class_declaration) @definition.class
(interface_declaration) @definition.interface
(trait_declaration) @definition.interface
(enum_declaration) @definition.enum
(const_element) @definition.variable
(namespace_use_declaration) @import
(require_expression) @import
(require_once_expression) @import
(include_expression) @import
(include_once_expression) @import

;;; index only
(namespace_definition name: (_) @name) @definition.module
(property_element) @definition.property
(enum_case) @definition.property
(property_promotion_parameter) @definition.field

(name) @reference.use
(variable_name (name) @ignore)
(named_type (name) @reference.use)
(function_call_expression function: (name) @reference.method)
(function_call_expression function: (qualified_name (name) @reference.method))
(member_call_expression name: (name) @reference.method)
(nullsafe_member_call_expression name: (name) @reference.method)
(scoped_call_expression name: (name) @reference.method)
(object_creation_expression (name) @reference.call)
(object_creation_expression (qualified_name (name) @reference.call))
(attribute (name) @reference.method)
(attribute (qualified_name (name) @reference.method))
(member_access_expression name: (name) @reference.member)
(nullsafe_member_access_expression name: (name) @reference.member)
(scoped_property_access_expression name: (variable_name (name) @reference.member))
(base_clause (name) @reference.inherit)
(base_clause (qualified_name (name) @reference.inherit))
(class_interface_clause (name) @reference.inherit)
(class_interface_clause (qualified_name (name) @reference.inherit))
(use_declaration (name) @reference.inherit)
(use_declaration (qualified_name (name) @reference.inherit))
(argument name: (name) @ignore)
(relative_scope) @ignore
(namespace_name (name) @ignore)
(namespace_use_clause (name) @reference.import)
(namespace_use_clause (qualified_name (name) @reference.import))
(namespace_use_clause alias: (name) @import.alias)
(namespace_use_declaration (namespace_use_clause . [(name) (qualified_name)] @module) @import)
(namespace_use_declaration (namespace_name) @module)
(require_expression (string) @module @import.all)
(require_once_expression (string) @module @import.all)
(include_expression (string) @module @import.all)
(include_once_expression (string) @module @import.all)
((require_expression (binary_expression left: (name) @_folder right: (string) @module.relative @import.all)) (#eq? @_folder "__DIR__"))
((require_once_expression (binary_expression left: (name) @_folder right: (string) @module.relative @import.all)) (#eq? @_folder "__DIR__"))
((include_once_expression (binary_expression left: (name) @_folder right: (string) @module.relative @import.all)) (#eq? @_folder "__DIR__"))
((include_expression (binary_expression left: (name) @_folder right: (string) @module.relative @import.all)) (#eq? @_folder "__DIR__"))
