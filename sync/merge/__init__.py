"""From writes to what people see and what they are asked; pure."""
