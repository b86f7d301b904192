"""Alembic's entry: the connection comes from :mod:`lti_bridge.store.schema`, never from a file."""

from alembic import context

from lti_bridge.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
