-- One comparison: digest, document.
-- $1 text: digest
SELECT digest, document
  FROM comparisons
 WHERE digest = $1;
