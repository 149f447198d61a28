(method) @definition.method
(singleton_method) @definition.method
(class) @definition.class
(singleton_class) @definition.scope
(module) @definition.module
(assignment) @definition.variable
((call) @import (#match? @import "^(require|require_relative|load)\\b"))

;;; index only
(alias name: (_) @name) @definition.method
((call method: (identifier) @_attribute arguments: (argument_list (simple_symbol) @definition.method @name))
  (#any-of? @_attribute "attr_reader" "attr_writer" "attr_accessor"))
((call method: (identifier) @_alias arguments: (argument_list . (simple_symbol) @definition.method @name))
  (#any-of? @_alias "alias_method" "define_method"))
(method) @local.scope
(singleton_method) @local.scope
(block) @local.scope
(do_block) @local.scope
(lambda) @local.scope

(identifier) @reference.call
(constant) @reference.member
(instance_variable) @reference.member
(class_variable) @reference.member
(global_variable) @reference.member
(call method: (identifier) @reference.method)
(call method: (constant) @reference.method)
(class superclass: (superclass (constant) @reference.inherit))
(class superclass: (superclass (scope_resolution name: (constant) @reference.inherit)))
((call method: (identifier) @_include arguments: (argument_list (constant) @reference.inherit))
  (#any-of? @_include "include" "extend" "prepend"))
((call method: (identifier) @_include arguments: (argument_list (scope_resolution name: (constant) @reference.inherit)))
  (#any-of? @_include "include" "extend" "prepend"))
(method_parameters (identifier) @local.definition)
(block_parameters (identifier) @local.definition)
(lambda_parameters (identifier) @local.definition)
(optional_parameter name: (identifier) @local.definition)
(keyword_parameter name: (identifier) @local.definition)
(splat_parameter name: (identifier) @local.definition)
(hash_splat_parameter name: (identifier) @local.definition)
(block_parameter name: (identifier) @local.definition)
(destructured_parameter (identifier) @local.definition)
(assignment left: (identifier) @local.definition)
(operator_assignment left: (identifier) @local.definition)
(left_assignment_list (identifier) @local.definition)
(exception_variable (identifier) @local.definition)
(for pattern: (identifier) @local.definition)
((call method: (identifier) @ignore arguments: (argument_list . (string) @module @import.all))
  (#any-of? @ignore "require" "load"))
((call method: (identifier) @ignore arguments: (argument_list . (string) @module.relative @import.all))
  (#eq? @ignore "require_relative"))
