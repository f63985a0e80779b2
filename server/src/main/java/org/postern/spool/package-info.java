/**
 * The durable store of accepted messages: what it has confirmed survives a crash at any instant. {@link org.postern.spool.Spool} is what
 * the rest sees; {@link org.postern.spool.RocksSpool} keeps it in RocksDB.
 */
@NullMarked
package org.postern.spool;

import org.jspecify.annotations.NullMarked;
