(method) @definition.method
(singleton_method) @definition.method
(class) @definition.class
(singleton_class) @definition.scope
(module) @definition.module
(assignment) @definition.variable
(call) @import
