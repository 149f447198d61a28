(document (object (pair key: (string (string_content) @name)) @definition.property))

;;; index only
(document (object (pair value: (object (pair key: (string (string_content) @name)) @definition.property))))
