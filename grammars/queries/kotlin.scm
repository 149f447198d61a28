(class_declaration (modifiers (class_modifier "enum"))) @definition.enum
(class_declaration "class") @definition.class
(class_declaration "interface") @definition.interface
(object_declaration) @definition.class
(companion_object) @definition.scope
(function_declaration) @definition.function
(secondary_constructor "constructor" @name) @definition.method
(anonymous_initializer "init" @name) @definition.method
(property_declaration) @definition.property
(type_alias) @definition.type
(import) @import

;;; index only
(package_header (qualified_identifier) @name) @definition.module
(class_parameter ["val" "var"] (identifier) @name) @definition.property
(enum_entry (identifier) @name) @definition.property
((infix_expression . (identifier) @_annotation . (identifier) @_class . (identifier) @name) @definition.class
  (#eq? @_annotation "annotation") (#eq? @_class "class"))
(function_declaration) @local.scope
(secondary_constructor) @local.scope
(anonymous_initializer) @local.scope
(anonymous_function) @local.scope
(lambda_literal) @local.scope
(getter) @local.scope
(setter) @local.scope
(for_statement) @local.scope
(catch_block) @local.scope

(identifier) @reference.use
(user_type (identifier) @reference.type)
(navigation_expression (_) (identifier) @reference.member)
(call_expression . (identifier) @reference.call)
(call_expression . (navigation_expression (_) (identifier) @reference.method .))
(infix_expression (_) (identifier) @reference.method (_))
(callable_reference (identifier) @reference.type .)
(annotation (user_type (identifier) @reference.method))
(annotation (constructor_invocation (user_type (identifier) @reference.method)))
(delegation_specifier (user_type (identifier) @reference.inherit .))
(delegation_specifier (user_type (identifier) @reference.inherit . (type_arguments)))
(delegation_specifier (constructor_invocation (user_type (identifier) @reference.inherit .)))
(delegation_specifier (constructor_invocation (user_type (identifier) @reference.inherit . (type_arguments))))
(delegation_specifier (explicit_delegation . (user_type (identifier) @reference.inherit .)))
(delegation_specifier (explicit_delegation . (user_type (identifier) @reference.inherit . (type_arguments))))
((identifier) @ignore (#any-of? @ignore "it" "null" "field" "class"))
(value_argument . (identifier) @ignore "=")
(type_parameter (identifier) @local.definition)
(parameter . (identifier) @local.definition)
(class_parameter (identifier) @local.definition)
(variable_declaration . (identifier) @local.definition)
(setter (identifier) @local.definition)
(catch_block . (identifier) @local.definition)
(package_header (qualified_identifier (identifier) @ignore))
(import (qualified_identifier) (identifier) @import.alias)
(import (qualified_identifier) @module)
(import (qualified_identifier (identifier) @reference.import .))
(import (qualified_identifier (identifier) @ignore .) "*" @import.all)
